import type { CallStats, StreamStats } from './call-stats.ts';

/**
 * How somebody comes through: `good`; `fair`, which one may notice; `poor`, which everybody does; `lost`, when nothing gets
 * through.
 */
export type ConnectionQuality = 'good' | 'fair' | 'poor' | 'lost';

const ORDER: readonly ConnectionQuality[] = ['good', 'fair', 'poor', 'lost'];

/** From these on somebody comes through fair, and poor. Shares 0–1, freezes in all looks that count, round trip in ms. */
const LIMITS = {
  loss: [0.02, 0.08],
  concealed: [0.02, 0.1],
  freezes: [1, 2],
  roundTripTime: [300, 600],
} as const;

/** Looks that are taken together, one a second. */
export const WINDOW = 5;
/** Looks without a packet after which somebody is lost: a silent microphone sends a few a second. */
const LOST_AFTER = 4;
/** Fewer packets than this say nothing about loss. */
const FEW_PACKETS = 20;
/** Looks in a row after which it is worse: one alone is an accident. */
const WORSE_AFTER = 2;
/** Looks in a row after which it is better. */
const BETTER_AFTER = 5;

/**
 * How oneself comes through to the media node, by the latest looks: what the node has got, the round trip, and what the
 * browser thinks of the way.
 *
 * @param history oldest first
 */
export function judgeOwn(history: readonly CallStats[]): ConnectionQuality {
  const now = history.at(-1);
  const ways = [now?.sending, now?.receiving].filter((way) => way !== undefined);
  if (ways.some(({ state }) => state === 'disconnected' || state === 'failed')) return 'lost';
  const sent = history.slice(-WINDOW).flatMap((stats) => stats.sent);
  const received = history.slice(-WINDOW).flatMap((stats) => [...stats.received.values()]);
  const isLimited = now?.sent.some(({ limitedBy }) => limitedBy === 'bandwidth') ?? false;
  return worst(
    grade('loss', meanLoss(sent)),
    grade('loss', meanLoss(received)),
    grade('roundTripTime', Math.max(0, ...ways.map(({ roundTripTime = 0 }) => roundTripTime))),
    isLimited ? 'fair' : 'good',
  );
}

/**
 * How somebody else comes through to here, by the latest looks, whosever way is to blame. Undefined where nothing of
 * theirs is to be received.
 *
 * @param history oldest first; received are the tracks that were to come at the time, not those that were muted or paused
 * @param trackIds of their tracks
 */
export function judgeRemote(
  history: readonly CallStats[],
  trackIds: readonly string[],
): ConnectionQuality | undefined {
  const window = history
    .slice(-WINDOW)
    .map(({ received }) => trackIds.flatMap((trackId) => received.get(trackId) ?? []));
  if ((window.at(-1)?.length ?? 0) === 0) return undefined;
  const latest = window.slice(-LOST_AFTER);
  const isSilent = latest.every((streams) => streams.length > 0 && sum(streams, 'packets') === 0);
  if (latest.length === LOST_AFTER && isSilent) return 'lost';
  const all = window.flat();
  const sound = all.filter(({ kind }) => kind === 'audio');
  return worst(
    grade('loss', meanLoss(all)),
    grade('concealed', sum(sound, 'concealed') / Math.max(1, sound.length)),
    grade('freezes', sum(all, 'freezes')),
  );
}

/** A judgement that does not flicker. */
export interface SteadyQuality {
  readonly quality: ConnectionQuality;
  /** The latest judgements, oldest first. */
  readonly recent: readonly ConnectionQuality[];
}

/** Follows a judgement once it is worse for two looks or better for five; to `lost` and from it at once. */
export function steady(before: SteadyQuality | undefined, judged: ConnectionQuality): SteadyQuality {
  if (before === undefined) return { quality: judged, recent: [judged] };
  const recent = [...before.recent, judged].slice(-BETTER_AFTER);
  const now = ORDER.indexOf(before.quality);
  const ranks = recent.map((one) => ORDER.indexOf(one));
  const least = Math.min(...ranks.slice(-WORSE_AFTER));
  const most = Math.max(...ranks);
  // To a loss and out of it at once: there is something, or there is nothing.
  if (judged === 'lost' || before.quality === 'lost') return { quality: judged, recent };
  if (least > now) return { quality: ORDER[least] ?? judged, recent };
  const isBetter = recent.length === BETTER_AFTER && most < now;
  return { quality: isBetter ? (ORDER[most] ?? judged) : before.quality, recent };
}

function grade(what: keyof typeof LIMITS, value: number): ConnectionQuality {
  const [fair, poor] = LIMITS[what];
  return value >= poor ? 'poor' : value >= fair ? 'fair' : 'good';
}

function worst(...all: ConnectionQuality[]): ConnectionQuality {
  return all.reduce((a, b) => (ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b), 'good');
}

/** Of all packets together. */
function meanLoss(streams: readonly StreamStats[]): number {
  const packets = sum(streams, 'packets');
  const lost = streams.reduce((total, stream) => total + stream.loss * stream.packets, 0);
  return packets < FEW_PACKETS ? 0 : lost / packets;
}

function sum<Key extends string>(streams: readonly Record<Key, number>[], key: Key): number {
  return streams.reduce((total, stream) => total + stream[key], 0);
}
