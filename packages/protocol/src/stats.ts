import { z } from 'zod';
import { Source } from './grants.ts';
import { OpaqueId } from './identifiers.ts';
import { MediaKind } from './track.ts';

/** One RTP stream that the node receives: a track's only encoding, or one simulcast layer. */
export const LayerStats = z.object({
  rid: z.string().optional(),
  bitrate: z.number().describe('bit/s over the last second or so, as the worker measures it.'),
  packets: z.number(),
  packetsLost: z.number(),
  fractionLost: z.number().describe('Share lost in the last report interval, 0–1.'),
  jitterMs: z.number(),
});
export type LayerStats = z.infer<typeof LayerStats>;

const score = z
  .number()
  .min(0)
  .max(10)
  .describe(
    'How whole the stream arrives, 0–10, as the worker rates it; 0 when nothing comes. Absent from older nodes.',
  );

/** A published track as the node receives it. */
export const TrackStats = z.object({
  trackId: OpaqueId,
  participantId: OpaqueId,
  kind: MediaKind,
  source: Source,
  codec: z.string(),
  bitrate: z.number(),
  packetsLost: z.number(),
  fractionLost: z.number(),
  jitterMs: z.number(),
  score: score.optional(),
  layers: z.array(LayerStats).describe('Only the layers that carry packets now.'),
});
export type TrackStats = z.infer<typeof TrackStats>;

/** A track as the node sends it to one subscriber. */
export const SubscriptionStats = z.object({
  trackId: OpaqueId,
  participantId: OpaqueId.describe('The subscriber.'),
  bitrate: z.number(),
  fractionLost: z.number(),
  spatialLayer: z
    .number()
    .int()
    .optional()
    .describe('Layer sent now, 0 the lowest; absent for tracks without layers and while nothing is sent.'),
  temporalLayer: z.number().int().optional(),
  score: score.optional(),
  roundTripTimeMs: z.number().optional(),
});
export type SubscriptionStats = z.infer<typeof SubscriptionStats>;

/** Milliseconds since the epoch of each sample, oldest first; the other lists have one entry for each. */
const at = z.array(z.number());
const series = z.array(z.number());

/** How a published track has come in. */
export const TrackHistory = z.object({
  trackId: OpaqueId,
  participantId: OpaqueId,
  kind: MediaKind,
  source: Source,
  at,
  bitrate: series,
  fractionLost: series,
  jitterMs: series,
  score: series,
  layers: series.describe('How many layers carried packets.'),
});
export type TrackHistory = z.infer<typeof TrackHistory>;

/** How a track has gone out to one subscriber. */
export const SubscriptionHistory = z.object({
  trackId: OpaqueId,
  participantId: OpaqueId.describe('The subscriber.'),
  at,
  bitrate: series,
  fractionLost: series,
  roundTripTimeMs: series.describe('0 while it is not known.'),
  spatialLayer: series.describe(
    'Layer that was sent, 0 the lowest, and of tracks without layers; -1 while nothing was.',
  ),
  score: series,
});
export type SubscriptionHistory = z.infer<typeof SubscriptionHistory>;

/** The last minutes of a room on one node. */
export const MediaHistory = z.object({
  tracks: z.array(TrackHistory),
  subscriptions: z.array(SubscriptionHistory),
  truncated: z.boolean().describe('Whether some was left out: ask for one participant.'),
});
export type MediaHistory = z.infer<typeof MediaHistory>;

/** Of whom the history is wanted: of everybody, or of what one publishes and receives. */
export const HistoryQuery = z.object({ participantId: OpaqueId.optional() });
export type HistoryQuery = z.infer<typeof HistoryQuery>;

/** A room's media figures on one node. */
export const RoomMediaStats = z.object({
  tracks: z.array(TrackStats),
  subscriptions: z.array(SubscriptionStats),
  truncated: z
    .boolean()
    .optional()
    .describe('Set where a big room has more subscriptions than are listed; sums count those that are.'),
  history: MediaHistory.optional().describe('Where it was asked for.'),
});
export type RoomMediaStats = z.infer<typeof RoomMediaStats>;
