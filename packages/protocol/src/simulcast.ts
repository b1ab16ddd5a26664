import { z } from 'zod';

export { LAYER_NAMES, type LayerName } from './camera-encodings.ts';

/** One simulcast layer: a bounding box that keeps the aspect ratio, a frame rate and a bitrate. */
export const Layer = z.object({
  /** Bounding box, pixels. */
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** Most frames a second. */
  framerate: z.number().int().positive(),
  /** Most bit/s. */
  bitrate: z.number().int().positive(),
});
export type Layer = z.infer<typeof Layer>;

/** The server's layer table for cameras. */
export const Layers = z.object({ low: Layer, medium: Layer, high: Layer });
export type Layers = z.infer<typeof Layers>;
