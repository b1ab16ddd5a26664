import { z } from 'zod';
import { Quality } from '../track.ts';

/** How a composite shows a room. */
export const CompositeLayout = z.enum(['grid', 'speaker', 'screen']);
export type CompositeLayout = z.infer<typeof CompositeLayout>;

/** Most pixels of a composite's side. */
const side = z.number().int().min(160).max(3840).multipleOf(2);

/** What a recording is asked to be. Whatever is absent has the default that stands with it. */
export const RecordingOptions = z
  .object({
    mode: z
      .enum(['tracks', 'composite'])
      .default('tracks')
      .describe(
        '`tracks`: a file for each participant. `composite`: also one file that shows the whole room.',
      ),
    layout: CompositeLayout.default('grid').describe(
      'Of the composite: everybody in a grid; who speaks large, the others beside; the shared screen large. A shared screen is always large.',
    ),
    audioOnly: z.boolean().default(false).describe('Whether only sound is recorded.'),
    quality: Quality.exclude(['auto'])
      .default('high')
      .describe('The best layer that is recorded of each video.'),
    resolution: z
      .object({ width: side, height: side })
      .default({ width: 1280, height: 720 })
      .describe('Of the composite, pixels.'),
    videoBitrate: z
      .number()
      .int()
      .min(50_000)
      .max(50_000_000)
      .optional()
      .describe('bit/s of the composite’s picture; by default `recording.video_bitrate`.'),
    audioBitrate: z
      .number()
      .int()
      .min(6_000)
      .max(510_000)
      .optional()
      .describe('bit/s of its sound; by default `recording.audio_bitrate`.'),
  })
  .meta({ id: 'RecordingOptions' });
export type RecordingOptions = z.infer<typeof RecordingOptions>;

/** Options as they are asked for. One that is not known is refused: a slip would record more than is wanted. */
export const RequestedRecording = RecordingOptions.strict().meta({ id: 'RequestedRecording' });
