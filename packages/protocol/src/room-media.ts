import { z } from 'zod';

/** Least bit/s that a room or a grant may allow: what mediasoup's estimates never fall below (RFC 8698 has no such bound). */
const bitrate = z.number().int().min(30_000).max(1_000_000_000);

/** In big rooms: of whom sound and cameras are forwarded. */
export const ForwardOptions = z.object({
  loudest: z
    .number()
    .int()
    .min(1)
    .max(50)
    .describe(
      'How many participants are forwarded to each, those who spoke last; beside them who is pinned.',
    ),
});
export type ForwardOptions = z.infer<typeof ForwardOptions>;

/** What a room may say of its media. Whatever is absent is the server's. */
export const RoomMediaOptions = z.object({
  maxBitrate: bitrate.optional().describe('Most bit/s that a participant may send.'),
  maxReceiveBitrate: bitrate.optional().describe('Most bit/s that a participant is sent.'),
  forward: ForwardOptions.optional().describe('Without it everybody is forwarded.'),
});
export type RoomMediaOptions = z.infer<typeof RoomMediaOptions>;
