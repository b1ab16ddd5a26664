// Without zod, so that browsers do not download the schemas for this arithmetic.
import type { Layers } from './simulcast.ts';

/** A layer's name, from the smallest up; also its `rid` (RFC 8852) in what our SDK sends. */
export const LAYER_NAMES = ['low', 'medium', 'high'] as const;
export type LayerName = (typeof LAYER_NAMES)[number];

/** What a browser needs for one layer: an `RTCRtpEncodingParameters` without the DOM's types. */
export interface LayerEncoding {
  rid: LayerName;
  scaleResolutionDownBy: number;
  maxFramerate: number;
  maxBitrate: number;
  scalabilityMode: 'L1T3';
}

/**
 * The encodings with which a camera of `width` × `height` fills the layer table: each layer fits its bounding box
 * with the aspect ratio kept and nothing is scaled up. A camera that fits a box already ends the list there, so a
 * 640×480 camera has two layers. In ascending order, as mediasoup requires. Portrait cameras use the boxes turned.
 */
export function cameraEncodings(width: number, height: number, layers: Layers): LayerEncoding[] {
  const encodings: LayerEncoding[] = [];
  for (const name of LAYER_NAMES) {
    const { bitrate, framerate, ...box } = layers[name];
    const [boxWidth, boxHeight] = height > width ? [box.height, box.width] : [box.width, box.height];
    const scale = Math.max(width / boxWidth, height / boxHeight, 1);
    encodings.push({
      rid: name,
      scaleResolutionDownBy: scale,
      maxFramerate: framerate,
      maxBitrate: bitrate,
      scalabilityMode: 'L1T3',
    });
    if (scale === 1) break;
  }
  return encodings;
}
