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
  roundTripTimeMs: z.number().optional(),
});
export type SubscriptionStats = z.infer<typeof SubscriptionStats>;

/** A room's media figures on one node. */
export const RoomMediaStats = z.object({
  tracks: z.array(TrackStats),
  subscriptions: z.array(SubscriptionStats),
});
export type RoomMediaStats = z.infer<typeof RoomMediaStats>;
