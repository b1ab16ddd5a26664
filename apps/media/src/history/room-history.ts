import type {
  HistoryQuery,
  MediaHistory,
  SubscriptionHistory,
  SubscriptionStats,
  TrackHistory,
  TrackStats,
} from '@parley/protocol/stats';
import {
  measureSubscriptions,
  measureTracks,
  type SubscriberOf,
  subscriptionsOf,
} from '../rooms/room-stats.ts';
import type { Session } from '../sessions/session.ts';
import { Series } from './series.ts';

/** Most subscriptions of a room whose past is kept: everybody's in a room of thirty; in bigger ones the first few of each. */
const MAX_KEPT = 1000;
/** Most series in one answer, so that it stays below what a message to the Room may have. */
const MAX_READ = 300;

const TRACK_FIGURES = ['bitrate', 'fractionLost', 'jitterMs', 'score', 'layers'] as const;
const SUBSCRIPTION_FIGURES = ['bitrate', 'fractionLost', 'roundTripTimeMs', 'spatialLayer', 'score'] as const;

interface Kept<Who, Figure extends string> {
  readonly who: Who;
  readonly series: Series<Figure>;
}
type TrackOf = Pick<TrackHistory, 'trackId' | 'participantId' | 'kind' | 'source'>;
type SubscriptionOf = Pick<SubscriptionHistory, 'trackId' | 'participantId'>;

/** How a room's tracks came in and went out in the last minutes. Who has left meanwhile is still there. */
export class RoomHistory {
  readonly #tracks = new Map<string, Kept<TrackOf, (typeof TRACK_FIGURES)[number]>>();
  readonly #subscriptions = new Map<string, Kept<SubscriptionOf, (typeof SUBSCRIPTION_FIGURES)[number]>>();
  #truncated = false;

  /** How many questions to the worker a sample of these sessions takes. */
  static costOf(sessions: readonly Session[]): number {
    const published = sessions.reduce((sum, session) => sum + session.published.length, 0);
    const subscribed = sessions.reduce((sum, session) => sum + session.subscriptions.length, 0);
    return published + Math.min(MAX_KEPT, subscribed);
  }

  /** Asks the worker how it is now. @param now milliseconds since the epoch */
  async sample(sessions: readonly Session[], now: number): Promise<void> {
    const kept = sessions.flatMap((session) => chosen(session, Math.floor(MAX_KEPT / sessions.length)));
    this.#truncated =
      kept.length < sessions.reduce((sum, { subscriptions }) => sum + subscriptions.length, 0);
    const [tracks, subscriptions] = await Promise.all([measureTracks(sessions), measureSubscriptions(kept)]);
    for (const stats of tracks) this.#addTrack(now, stats);
    // Without layers there is only one to be sent.
    const layered = new Set(
      kept.flatMap(({ subscription: { consumer } }) =>
        consumer.type === 'simulcast' || consumer.type === 'svc' ? [consumer.producerId] : [],
      ),
    );
    for (const stats of subscriptions) this.#addSubscription(now, stats, layered.has(stats.trackId));
    for (const map of [this.#tracks, this.#subscriptions]) {
      for (const [key, { series }] of map) if (series.forget(now)) map.delete(key);
    }
  }

  /** What is kept, of everybody or of one participant: what it published and what it received. */
  read({ participantId }: HistoryQuery): MediaHistory {
    const isWanted = ({ who }: { who: { participantId: string } }) =>
      participantId === undefined || who.participantId === participantId;
    const tracks = [...this.#tracks.values()].filter(isWanted);
    const subscriptions = [...this.#subscriptions.values()].filter(isWanted);
    const room = Math.max(0, MAX_READ - tracks.length);
    return {
      tracks: tracks.slice(0, MAX_READ).map(({ who, series }) => ({ ...who, ...series.read() })),
      subscriptions: subscriptions.slice(0, room).map(({ who, series }) => ({ ...who, ...series.read() })),
      truncated: this.#truncated || tracks.length > MAX_READ || subscriptions.length > room,
    };
  }

  #addTrack(now: number, stats: TrackStats): void {
    const { trackId, participantId, kind, source, bitrate, fractionLost, jitterMs, score = 0 } = stats;
    let kept = this.#tracks.get(trackId);
    if (kept === undefined) {
      kept = { who: { trackId, participantId, kind, source }, series: new Series(TRACK_FIGURES) };
      this.#tracks.set(trackId, kept);
    }
    const layers = stats.layers.length;
    kept.series.add(now, {
      bitrate,
      fractionLost: rounded(fractionLost),
      jitterMs: rounded(jitterMs),
      score,
      layers,
    });
  }

  #addSubscription(now: number, stats: SubscriptionStats, isLayered: boolean): void {
    const { trackId, participantId, bitrate, fractionLost, roundTripTimeMs = 0, score = 0 } = stats;
    const key = `${participantId} ${trackId}`;
    let kept = this.#subscriptions.get(key);
    if (kept === undefined) {
      kept = { who: { trackId, participantId }, series: new Series(SUBSCRIPTION_FIGURES) };
      this.#subscriptions.set(key, kept);
    }
    const single = bitrate > 0 ? 0 : -1;
    const spatialLayer = isLayered ? (stats.spatialLayer ?? -1) : single;
    const figures = { bitrate, fractionLost: rounded(fractionLost), spatialLayer, score };
    kept.series.add(now, { ...figures, roundTripTimeMs: rounded(roundTripTimeMs) });
  }
}

/** The subscriptions of a session that are looked at: pictures first, of which more can be wrong. */
function chosen(session: Session, most: number): SubscriberOf[] {
  const all = subscriptionsOf([session]);
  if (all.length <= most) return all;
  const isVideo = ({ subscription }: SubscriberOf) => subscription.consumer.kind === 'video';
  return [...all.filter(isVideo), ...all.filter((one) => !isVideo(one))].slice(0, most);
}

/** Three digits are enough to see, and to send. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
