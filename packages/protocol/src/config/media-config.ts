import { z } from 'zod';
import { LAYER_NAMES } from '../camera-encodings.ts';
import { VIDEO_CODECS } from '../video-codecs.ts';

const priority = z.number().int().min(0).max(1000);
const width = z.number().int().min(16).max(7680);
const height = z.number().int().min(16).max(4320);

/** A layer with what it is where the file says nothing of it. */
function layer(size: [width: number, height: number], framerate: number, bitrate: number) {
  return z
    .strictObject({
      width: width.default(size[0]),
      height: height.default(size[1]),
      framerate: z.number().int().min(1).max(120).default(framerate),
      bitrate: z.number().int().min(10_000).max(1_000_000_000).default(bitrate),
    })
    .prefault({});
}

/** One entry a codec. */
function codecs<T extends string>(names: readonly [T, ...T[]]) {
  const list = z.array(z.strictObject({ name: z.enum(names), priority })).min(1);
  return list.superRefine((entries, context) => {
    for (const [index, { name }] of entries.entries()) {
      if (entries.findIndex((entry) => entry.name === name) === index) continue;
      const message = `${name} is there twice; leave one of them`;
      context.addIssue({ code: 'custom', path: [index, 'name'], message });
    }
  });
}

/** Schema of `infra/config/media.yaml`. Every key acts and may be left out; an unknown key is an error. */
export const MediaConfig = z
  .strictObject({
    video: z
      .strictObject({
        /**
         * Codecs that nodes accept; of several that a client offers, the one with the highest priority is answered.
         * VP8 and H264 in simulcast, VP9 and AV1 in one stream of several layers.
         */
        codecs: codecs(VIDEO_CODECS).default([
          { name: 'VP8', priority: 100 },
          { name: 'H264', priority: 80 },
        ]),
        resolutions: z
          .strictObject({
            /** Capture size that clients ask their camera for. */
            preferred: z
              .strictObject({ width: width.default(1280), height: height.default(720) })
              .prefault({}),
          })
          .prefault({}),
        /** The simulcast layers of cameras: bounding box, frames a second, bit/s. */
        layers: z
          .strictObject({
            low: layer([320, 240], 15, 150_000),
            medium: layer([640, 480], 30, 500_000),
            high: layer([1280, 720], 30, 2_500_000),
          })
          .prefault({}),
      })
      .prefault({}),
    audio: z
      .strictObject({
        codecs: codecs(['opus']).default([{ name: 'opus', priority: 100 }]),
        /** What clients ask their microphone for. */
        processing: z
          .strictObject({
            echo_cancellation: z.boolean().default(true),
            noise_suppression: z.boolean().default(true),
            auto_gain_control: z.boolean().default(true),
          })
          .prefault({}),
        opus: z
          .strictObject({
            /** Whether publishers are asked to send two channels, and the SDK's microphones to capture them. */
            stereo: z.boolean().default(false),
          })
          .prefault({}),
      })
      .prefault({}),
  })
  .superRefine(({ video: { layers } }, context) => {
    // Encodings have to ascend, for mediasoup and for whoever asks for "low".
    for (const [index, name] of LAYER_NAMES.entries()) {
      const below = LAYER_NAMES[index - 1];
      if (below === undefined) continue;
      for (const key of ['width', 'height', 'framerate', 'bitrate'] as const) {
        const least = layers[below][key];
        if (layers[name][key] >= least) continue;
        context.addIssue({
          code: 'custom',
          path: ['video', 'layers', name, key],
          params: { other: ['video', 'layers', below, key] },
          message: `is ${layers[name][key]}; must be ${least} or more, as video.layers.${below}.${key} is`,
        });
      }
    }
  });
export type MediaConfig = z.infer<typeof MediaConfig>;

/** The names of codecs, most wanted first. */
export function byPriority<T>(codecs: readonly { readonly name: T; readonly priority: number }[]): T[] {
  return [...codecs].sort((a, b) => b.priority - a.priority).map(({ name }) => name);
}
