import { percentile } from '@parley/bots/fleet-figures';
import type { DecodedFile, DecodedFrame } from './decode.ts';

/** Spread of some differences by their size, ms. */
export interface Skew {
  count: number;
  p50: number;
  p95: number;
  max: number;
  /** The middle one, with its sign. */
  median: number;
}

/** Frames so near to a time tell what the shared clock was then, ms. */
const NEAR_MS = 300;

/**
 * How far sound and picture are apart: each beep began with a second of the clock that the pictures beside it show. Positive where sound
 * comes late. Beeps without pictures beside them are left out.
 */
export function soundSkew({ frames, onsets }: Pick<DecodedFile, 'frames' | 'onsets'>): Skew {
  return skewOf(
    onsets.flatMap((onset) => {
      const clock = clockAt(frames, onset);
      return clock === undefined ? [] : [clock - Math.round(clock / 1000) * 1000];
    }),
  );
}

/** What is known of a finished file and of what is in it. */
export interface TimedFile extends Pick<DecodedFile, 'frames' | 'onsets'> {
  /** When its time 0 was, ms since the epoch. */
  from: number;
}

/** How much later than drawn each picture is by the file's own account of time; the same of two files that are aligned. */
export function lateness({ frames, from }: TimedFile): Skew {
  return skewOf(frames.flatMap(({ at, drawn }) => (drawn === undefined ? [] : [from + at - drawn])));
}

/** How far two files are apart when played by what they say of their beginnings, ms. */
export function misalignment(one: TimedFile, other: TimedFile): number {
  return lateness(one).median - lateness(other).median;
}

/**
 * The frames that a file lacks between its first and last picture: those that were sent, of the width that the file has there.
 * Where the width changes, those that both widths have.
 *
 * @param sent when the frames had been drawn, ms, by width
 */
export function missingFrames(
  frames: readonly DecodedFrame[],
  sent: ReadonlyMap<number, readonly number[]>,
): number[] {
  const missing: number[] = [];
  const sets = new Map([...sent].map(([width, times]) => [width, new Set(times)]));
  const read = frames.filter(({ drawn }) => drawn !== undefined);
  const has = new Set(read.map(({ drawn }) => drawn));
  for (const [index, { drawn: before = 0, width }] of read.entries()) {
    const { drawn: after = 0, width: then } = read[index + 1] ?? {};
    for (const at of sent.get(width) ?? []) {
      if (at > before && at < after && !has.has(at) && sets.get(then ?? width)?.has(at)) missing.push(at);
    }
  }
  return missing;
}

/** Frames whose time is before that of an earlier one, or the same. */
export function doubledFrames(frames: readonly DecodedFrame[]): number {
  let last = Number.NEGATIVE_INFINITY;
  let doubled = 0;
  for (const { drawn } of frames) {
    if (drawn === undefined) continue;
    if (drawn <= last) doubled += 1;
    last = Math.max(last, drawn);
  }
  return doubled;
}

/** The shared clock at a time of a file, by the pictures around it. */
export function clockAt(frames: readonly DecodedFrame[], at: number): number | undefined {
  const near = frames.filter((frame) => frame.drawn !== undefined && Math.abs(frame.at - at) <= NEAR_MS);
  const ahead = percentile(
    near.map((frame) => (frame.drawn ?? 0) - frame.at),
    0.5,
  );
  return ahead === undefined ? undefined : at + ahead;
}

function skewOf(differences: readonly number[]): Skew {
  const at = (values: readonly number[], share: number) => percentile(values, share) ?? Number.NaN;
  const sizes = differences.map(Math.abs);
  return {
    count: differences.length,
    p50: at(sizes, 0.5),
    p95: at(sizes, 0.95),
    max: at(sizes, 1),
    median: at(differences, 0.5),
  };
}
