import { z } from 'zod';

/** Where a track comes from. A participant's screen is apart from its camera in layers, quality and layout. */
export const Source = z.enum(['camera', 'microphone', 'screen', 'screen-audio']);
export type Source = z.infer<typeof Source>;

/** What a participant may do. Tickets carry grants; nodes and the Room enforce them. */
export const Grants = z.object({
  publish: z.array(Source).describe('Sources the participant may publish.'),
  subscribe: z.boolean().describe("Whether it receives the others' tracks."),
  data: z.boolean().describe('Whether it may send chat and data.'),
  record: z.boolean().default(false).describe('Whether it may start and stop recordings.'),
  moderate: z
    .boolean()
    .default(false)
    .describe(
      'Whether it may moderate: remove, mute and rename others, change their grants, lock the room, admit from the lobby.',
    ),
  maxBitrate: z.number().int().positive().describe('Upper bound of what it may send, bit/s.'),
  maxReceiveBitrate: z
    .number()
    .int()
    .min(30_000)
    .optional()
    .describe("Upper bound of what it is sent, bit/s; absent is the room's or the server's."),
});
export type Grants = z.infer<typeof Grants>;

/** A change of grants: what is absent stays as it is. */
export const GrantsChange = z.object({
  // What comes from outside is stored, logged and told to everybody: no list is longer than that of all sources.
  publish: z.array(Source).max(Source.options.length).optional(),
  subscribe: z.boolean().optional(),
  data: z.boolean().optional(),
  record: z.boolean().optional(),
  moderate: z.boolean().optional(),
  maxBitrate: z.number().int().positive().optional(),
  maxReceiveBitrate: z.number().int().min(30_000).optional(),
});
export type GrantsChange = z.infer<typeof GrantsChange>;

/** The grants of everybody while authentication is off: who moderates then is whoever has the API. */
export function openGrants(maxBitrate: number): Grants {
  return {
    publish: [...Source.options],
    subscribe: true,
    data: true,
    record: true,
    moderate: false,
    maxBitrate,
  };
}
