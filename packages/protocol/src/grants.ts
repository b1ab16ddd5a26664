import { z } from 'zod';

/** Where a track comes from. A participant's screen is apart from its camera in layers, quality and layout. */
export const Source = z.enum(['camera', 'microphone', 'screen', 'screen-audio']);
export type Source = z.infer<typeof Source>;

/** What a participant may do. Tickets carry grants; nodes and the Room enforce them. */
export const Grants = z.object({
  /** Sources the participant may publish. */
  publish: z.array(Source),
  /** Whether it receives the others' tracks. */
  subscribe: z.boolean(),
  /** Whether it may send chat and data. */
  data: z.boolean(),
  /** Upper bound of what it may send, bit/s. */
  maxBitrate: z.number().int().positive(),
});
export type Grants = z.infer<typeof Grants>;

/** The grants of everybody while authentication is off. */
export function openGrants(maxBitrate: number): Grants {
  return { publish: [...Source.options], subscribe: true, data: true, maxBitrate };
}
