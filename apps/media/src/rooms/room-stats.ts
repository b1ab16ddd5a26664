import type { LayerStats, RoomMediaStats, SubscriptionStats, TrackStats } from '@parley/protocol/stats';
import type { ConsumerStat, ProducerStat } from 'mediasoup/types';
import { codecName, type PublishedTrack } from '../sessions/published-track.ts';
import type { Session } from '../sessions/session.ts';
import type { Subscription } from '../sessions/subscription.ts';

/** Most subscriptions that are asked about and listed: what a message to the Room can hold. */
const MAX_SUBSCRIPTIONS = 2000;

/** Asks the worker about every track and subscription of a room's sessions. Those that end meanwhile are left out. */
export async function measureRoom(sessions: readonly Session[]): Promise<RoomMediaStats> {
  const all = subscriptionsOf(sessions);
  const [tracks, subscriptions] = await Promise.all([
    measureTracks(sessions),
    measureSubscriptions(all.slice(0, MAX_SUBSCRIPTIONS)),
  ]);
  return { tracks, subscriptions, ...(all.length > MAX_SUBSCRIPTIONS && { truncated: true }) };
}

/** Figures younger than this are given again instead of measured, ms. */
const STATS_MS = 1000;

/** A room's figures, however often somebody asks for them. */
export class RoomFigures {
  readonly #sessions: () => readonly Session[];
  #measured: { at: number; stats: Promise<RoomMediaStats> } | undefined;

  constructor(sessions: () => readonly Session[]) {
    this.#sessions = sessions;
  }

  /** As {@link measureRoom}, at most a second old. */
  async all(): Promise<RoomMediaStats> {
    if (this.#measured === undefined || performance.now() - this.#measured.at > STATS_MS) {
      this.#measured = { at: performance.now(), stats: measureRoom(this.#sessions()) };
    }
    return await this.#measured.stats;
  }

  /** As {@link measureTracks}, now. */
  async tracks(): Promise<TrackStats[]> {
    return await measureTracks(this.#sessions());
  }
}

/** A subscription and whose it is. */
export interface SubscriberOf {
  participantId: string;
  subscription: Subscription;
}

/** What is on its way to the participants of a room, by participant. */
export function subscriptionsOf(sessions: readonly Session[]): SubscriberOf[] {
  return sessions.flatMap(({ participantId, subscriptions }) =>
    subscriptions.map((subscription) => ({ participantId, subscription })),
  );
}

/** The published half of {@link measureRoom}. */
export async function measureTracks(sessions: readonly Session[]): Promise<TrackStats[]> {
  const tracks = sessions.flatMap(({ published }) => published);
  return await settled(tracks.map(async (track) => trackStats(track, await track.producer.getStats())));
}

/** Asks the worker about some subscriptions. */
export async function measureSubscriptions(some: readonly SubscriberOf[]): Promise<SubscriptionStats[]> {
  const measured = some.map(async ({ participantId, subscription }) =>
    subscriptionStats(participantId, subscription, await subscription.consumer.getStats()),
  );
  return (await settled(measured)).filter((stats) => stats !== undefined);
}

/** A track's figures from what the worker says about its streams; retransmissions are part of their stream. */
export function trackStats(
  { participantId, source, producer }: Omit<PublishedTrack, 'router'>,
  streams: readonly ProducerStat[],
): TrackStats {
  const clockRate = producer.rtpParameters.codecs[0]?.clockRate ?? 90_000;
  const layers = streams.map((stream) => layerStats(stream, clockRate));
  const flowing = layers.filter(({ bitrate }) => bitrate > 0);
  return {
    trackId: producer.id,
    participantId,
    kind: producer.kind,
    source,
    codec: codecName(producer),
    bitrate: sum(layers.map(({ bitrate }) => bitrate)),
    packetsLost: sum(layers.map(({ packetsLost }) => packetsLost)),
    fractionLost: mean(flowing.map(({ fractionLost }) => fractionLost)),
    jitterMs: mean(flowing.map(({ jitterMs }) => jitterMs)),
    score: Math.max(0, ...(producer.score ?? []).map(({ score }) => score)),
    layers: flowing,
  };
}

/** Packets of each of a track's encodings so far, the lowest first. */
export function packetsOf(
  { rtpParameters }: PublishedTrack['producer'],
  streams: readonly Pick<ProducerStat, 'rid' | 'ssrc' | 'packetCount'>[],
): number[] {
  const encodings = rtpParameters.encodings ?? [];
  // Absent until its first packet has come.
  if (encodings.length < 2) return [sum(streams.map(({ packetCount }) => packetCount))];
  return encodings.map(({ rid, ssrc }) => {
    const stream = streams.find((one) => (rid === undefined ? one.ssrc === ssrc : one.rid === rid));
    return stream?.packetCount ?? 0;
  });
}

function layerStats(stream: ProducerStat, clockRate: number): LayerStats {
  return {
    ...(stream.rid && { rid: stream.rid }),
    bitrate: stream.bitrate,
    packets: stream.packetCount,
    packetsLost: stream.packetsLost,
    // RFC 3550 §6.4.1: eight bits of a fraction, and a jitter in units of the RTP clock.
    fractionLost: stream.fractionLost / 256,
    jitterMs: (stream.jitter * 1000) / clockRate,
  };
}

function subscriptionStats(
  participantId: string,
  { consumer, track }: Subscription,
  streams: readonly (ConsumerStat | ProducerStat)[],
): SubscriptionStats | undefined {
  const stream = streams.find(({ type }) => type === 'outbound-rtp');
  if (stream === undefined) return undefined;
  const { spatialLayer, temporalLayer } = consumer.currentLayers ?? {};
  const { roundTripTime } = stream;
  return {
    trackId: track.producer.id,
    participantId,
    bitrate: stream.bitrate,
    fractionLost: stream.fractionLost / 256,
    ...(spatialLayer !== undefined && { spatialLayer }),
    ...(temporalLayer !== undefined && { temporalLayer }),
    ...(roundTripTime !== undefined && { roundTripTimeMs: roundTripTime }),
    score: consumer.score.score,
  };
}

async function settled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The mean, 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}
