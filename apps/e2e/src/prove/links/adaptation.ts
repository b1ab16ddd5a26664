import { longestStill } from '../faults/stillness.ts';
import type { LayerSet } from './best-layers.ts';

/** What a receiver had come to at an instant, by getStats. */
export interface LinkSample {
  /** Since the epoch, ms. */
  at: number;
  /** Payload of the video, repairs left out, so far, bytes. */
  videoBytes: number;
  audioBytes: number;
  /** All that came, so far, bytes. */
  bytes: number;
  /** Pixels of what is decoded. */
  width: number;
  frames: number;
  /** As the browser counts them (webrtc-stats), so far. */
  freezes: number;
  freezeSeconds: number;
  packetsLost: number;
}

/** Where the link led at the beginning of a stretch of time. */
export type Direction = 'down' | 'up' | 'stays';

/** What one receiver got in a stretch of time. */
export interface Adaptation {
  goes: Direction;
  /** Seconds from its beginning until the receiver had what its link carries, and kept it for {@link KEPT_MS}; 0 where the link stays. */
  seconds: number | undefined;
  /** Longest time without a new frame on the screen, seconds. */
  longestStill: number;
  /** As the browser counts them. */
  freezes: number;
  freezeSeconds: number;
  /** Mean video bitrate once it was adapted, bit/s. */
  bitrate: number;
  /** That as a share of the best set's. */
  share: number;
  framerate: number;
  audioBitrate: number;
  packetsLost: number;
}

/** What is reached has to stay for so long, ms. */
export const KEPT_MS = 3000;
/** Who has not adapted within this is judged by what comes after, ms. */
const PATIENCE_MS = 10_000;
/** Of the best set's bitrate: who gets that much has it. */
const REACHED_SHARE = 0.9;

/**
 * Judges what a receiver got.
 *
 * @param samples in order; those outside of `from` to `to` are left out
 * @param frames when frames were shown, ms since the epoch
 * @param best what its link carries
 * @param goes `down`: adapted when the picture is no larger than the best set's; `up`: when that set flows; `stays`: from the beginning
 */
export function judge(
  samples: readonly LinkSample[],
  frames: readonly number[],
  { from, to, best, goes }: { from: number; to: number; best: LayerSet; goes: Direction },
): Adaptation {
  const within = samples.filter(({ at }) => at >= from && at <= to);
  const holds = (index: number) => {
    const some = within.slice(index).filter(({ at }) => at <= (within[index]?.at ?? 0) + KEPT_MS);
    if (goes === 'stays') return true;
    if (goes === 'down') return some.every(({ width }) => width <= best.width);
    return rate(some, 'videoBytes') >= REACHED_SHARE * best.bitrate && some[0]?.width === best.width;
  };
  const reached = within.findIndex(({ at }, index) => at <= to - KEPT_MS && holds(index));
  const adaptedAt = within[reached]?.at;
  const steady = within.filter(({ at }) => at >= (adaptedAt ?? from + PATIENCE_MS));
  const first = within[0];
  const last = within.at(-1);
  const during = (key: 'freezes' | 'freezeSeconds' | 'packetsLost') =>
    (last?.[key] ?? 0) - (first?.[key] ?? 0);
  const bitrate = rate(steady, 'videoBytes');
  return {
    goes,
    seconds: adaptedAt === undefined ? undefined : (adaptedAt - from) / 1000,
    longestStill: longestStill(
      frames.filter((at) => at <= to),
      from,
    ),
    freezes: during('freezes'),
    freezeSeconds: during('freezeSeconds'),
    bitrate,
    share: bitrate / best.bitrate,
    framerate: rate(steady, 'frames') / 8,
    audioBitrate: rate(within, 'audioBytes'),
    packetsLost: during('packetsLost'),
  };
}

/** How fast a count of bytes grew, bit/s. */
function rate(samples: readonly LinkSample[], key: 'videoBytes' | 'audioBytes' | 'frames'): number {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at === first.at) return 0;
  return ((last[key] - first[key]) * 8000) / (last.at - first.at);
}
