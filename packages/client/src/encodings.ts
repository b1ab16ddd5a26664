import { cameraEncodings } from '@parley/protocol/camera-encodings';
import type { Source } from '@parley/protocol/grants';
import type { ClientMediaSettings } from '@parley/protocol/server-messages';
import { assertNever } from './assert-never.ts';

/** Most frames a second of a shared screen: text needs sharpness more than motion, a film both. */
const SCREEN_FRAMERATE = { detail: 15, motion: 30 };

/** Longest side of a shared screen, pixels: 4K. */
export const MOST_SCREEN_PIXELS = 3840;

/** A captured picture: its size, pixels, and what it shows (W3C mst-content-hint). */
export interface Picture {
  width?: number | undefined;
  height?: number | undefined;
  contentHint?: string | undefined;
}

/** With what the DOM's types do not have yet (W3C webrtc-svc). */
export interface SendEncoding extends RTCRtpEncodingParameters {
  scalabilityMode?: string;
}

/** What a track shows now. */
export function pictureOf(track: MediaStreamTrack): Picture {
  const { width, height } = track.getSettings();
  return { width, height, contentHint: track.contentHint };
}

/**
 * Codecs whose layers are in one stream, of which viewers get a part, and how many of size; the others have simulcast. Of AV1's,
 * mediasoup does not tell receivers what depends on what, so that all get one size, and fewer frames where there is no room.
 */
const SCALABLE: Readonly<Record<string, number>> = { VP9: 3, AV1: 1 };

/**
 * How a source is sent: cameras in the server's layers, screens and sound in one encoding.
 *
 * @param codec by its name in SDP
 */
export function sendEncodings(
  source: Source,
  picture: Picture,
  { simulcast, layers: table, resolution, maxBitrate }: ClientMediaSettings,
  codec = 'VP8',
): SendEncoding[] {
  switch (source) {
    case 'microphone':
    case 'screen-audio':
      return [{}];
    case 'screen':
      return [
        {
          maxBitrate,
          maxFramerate: SCREEN_FRAMERATE[picture.contentHint === 'motion' ? 'motion' : 'detail'],
          scaleResolutionDownBy: Math.max(
            1,
            Math.max(picture.width ?? 0, picture.height ?? 0) / MOST_SCREEN_PIXELS,
          ),
        },
      ];
    case 'camera': {
      const encodings = cameraEncodings(
        picture.width ?? resolution.width,
        picture.height ?? resolution.height,
        table,
      ).map((encoding) => ({ ...encoding, maxBitrate: Math.min(encoding.maxBitrate, maxBitrate) }));
      const count = encodings.length;
      const scalable = simulcast ? SCALABLE[codec] : undefined;
      if (simulcast && count > 1 && scalable === undefined) return encodings;
      const layers = Math.min(count, scalable ?? 1);
      const total = encodings.slice(-layers).reduce((sum, encoding) => sum + encoding.maxBitrate, 0);
      return encodings.slice(-1).map(({ rid: _, scalabilityMode: __, ...encoding }) => ({
        ...encoding,
        maxBitrate: Math.min(total, maxBitrate),
        ...(scalable && { scalabilityMode: modeOf(layers) }),
      }));
    }
    default:
      return assertNever(source);
  }
}

/** One stream with so many spatial layers, which depend on one another in key frames only (W3C webrtc-svc). */
function modeOf(layers: number): string {
  return layers > 1 ? `L${layers}T3_KEY` : 'L1T3';
}

/**
 * The encodings of a running sender for a new picture size. A sender's list of encodings is fixed, so a layer that
 * the new picture is too small for is switched off, as are those that nobody watches.
 *
 * @param watched how many are watched, from the lowest up
 */
export function refitEncodings(
  current: readonly RTCRtpEncodingParameters[],
  fresh: readonly SendEncoding[],
  watched = Number.POSITIVE_INFINITY,
): SendEncoding[] {
  if (current.length === 1) {
    const { scaleResolutionDownBy = 1, maxFramerate, maxBitrate, rid, scalabilityMode } = fresh.at(-1) ?? {};
    // Of layers in one stream: without those that nobody watches it is smaller by half each time.
    const mode = rid === undefined ? scalabilityMode : undefined;
    const layers = Number(mode?.[1] ?? 1);
    const kept = Math.max(1, Math.min(layers, watched));
    const scale = 2 ** (layers - kept);
    return current.map((encoding) => ({
      ...encoding,
      active: watched > 0,
      scaleResolutionDownBy: scaleResolutionDownBy * scale,
      ...(maxFramerate !== undefined && { maxFramerate }),
      ...(maxBitrate !== undefined && { maxBitrate: Math.round(maxBitrate / scale ** 2) }),
      ...(mode !== undefined && { scalabilityMode: modeOf(kept) }),
    }));
  }
  return current.map((encoding, layer) => {
    const fit = fresh.find((one) => one.rid === encoding.rid);
    if (fit === undefined) return { ...encoding, active: false };
    return { ...encoding, active: layer < watched, scaleResolutionDownBy: fit.scaleResolutionDownBy ?? 1 };
  });
}
