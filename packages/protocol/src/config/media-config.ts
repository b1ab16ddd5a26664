import { z } from 'zod';
import { Layers } from '../simulcast.ts';

const priority = z.number().int().min(0).max(1000);

/** Schema of `infra/config/media.yaml`. Every key acts; an unknown key is an error. */
export const MediaConfig = z.strictObject({
  video: z.strictObject({
    /** Codecs that nodes accept; with several in common, the highest priority wins. */
    codecs: z.array(z.strictObject({ name: z.enum(['VP8', 'H264', 'VP9']), priority })).min(1),
    resolutions: z.strictObject({
      /** Capture size that clients ask their camera for. */
      preferred: z.strictObject({
        width: z.number().int().min(16).max(7680),
        height: z.number().int().min(16).max(4320),
      }),
    }),
    /** The simulcast layers of cameras: bounding box, frames a second, bit/s. */
    layers: Layers,
  }),
  audio: z.strictObject({
    codecs: z.array(z.strictObject({ name: z.enum(['opus']), priority })).min(1),
    /** What clients ask their microphone for. */
    processing: z.strictObject({ echo_cancellation: z.boolean(), noise_suppression: z.boolean() }),
  }),
});
export type MediaConfig = z.infer<typeof MediaConfig>;
