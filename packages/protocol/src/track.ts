import { z } from 'zod';
import { Source } from './grants.ts';
import { OpaqueId, ParticipantName } from './identifiers.ts';

/** What a track carries. */
export const MediaKind = z.enum(['audio', 'video']);
export type MediaKind = z.infer<typeof MediaKind>;

/** A named simulcast layer, or `auto`: the best the link carries. */
export const Quality = z.enum(['low', 'medium', 'high', 'auto']);
export type Quality = z.infer<typeof Quality>;

/** A published track as everybody in the room sees it. */
export const Track = z.object({
  trackId: OpaqueId,
  kind: MediaKind,
  source: Source,
  codec: z.string().max(32).describe("The codec's name as in SDP, for example `VP8` or `opus`."),
  layers: z
    .number()
    .int()
    .min(1)
    .max(8)
    .describe('How many spatial layers the publisher sends; 1 means that `update-quality` cannot choose.'),
  muted: z.boolean(),
});
export type Track = z.infer<typeof Track>;

/** A participant as everybody in the room sees it. */
export const Participant = z.object({
  participantId: OpaqueId,
  name: ParticipantName,
  identity: z
    .string()
    .optional()
    .describe('Of its access token, where it has one: unlike the name, nobody else can have it.'),
  moderator: z.boolean().optional().describe('Whether it may moderate.'),
  joinedAt: z.number().describe('Milliseconds since the epoch.'),
  tracks: z.array(Track),
});
export type Participant = z.infer<typeof Participant>;
