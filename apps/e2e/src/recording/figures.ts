import { percentile } from '@parley/bots/fleet-figures';
import type { TimeSpan } from '@parley/protocol/recording/manifest';
import { without } from '@parley/recording/spans';
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

/** A part of a file that lacks frames: between two that are there, by when they were drawn, ms since the epoch. */
export interface LostSpan {
  from: number;
  to: number;
  /** How many are not there, and when the first and the last of them were drawn. */
  frames: number;
  first: number;
  last: number;
  /**
   * Whether it follows at once on the beginning of a picture, of another size or after a pause: a node forwards there only what can be
   * decoded with the key frame alone, until a frame lets it go up to all temporal layers.
   */
  settling: boolean;
}

/** How long that takes, and what a pause is, ms. */
const SETTLING_MS = 500;

/**
 * Where a file lacks frames between its first and last picture: those that were sent, of the width that the file has there.
 * Where the width changes, those that both widths have.
 *
 * @param sent when the frames had been drawn, ms, by width
 * @param until frames drawn before have to be there, also after the last that is, ms; absent: none after that
 */
export function lostSpans(
  frames: readonly DecodedFrame[],
  sent: ReadonlyMap<number, readonly number[]>,
  until = Number.NEGATIVE_INFINITY,
): LostSpan[] {
  const sets = new Map([...sent].map(([width, times]) => [width, new Set(times)]));
  const read = frames.filter(({ drawn }) => drawn !== undefined);
  const has = new Set(read.map(({ drawn }) => drawn));
  let began = Number.NEGATIVE_INFINITY;
  return read.flatMap(({ drawn: from = 0, width }, index) => {
    const before = read[index - 1];
    if (before?.width !== width || from - (before.drawn ?? 0) > SETTLING_MS) began = from;
    const { drawn: to = until, width: then = width } = read[index + 1] ?? {};
    const lost = (sent.get(width) ?? []).filter(
      (at) => at > from && at < to && !has.has(at) && sets.get(then)?.has(at),
    );
    const [first, last = first] = [lost[0], lost.at(-1)];
    const settling = from - began < SETTLING_MS && to - from < SETTLING_MS;
    return first === undefined || last === undefined
      ? []
      : [{ from, to, frames: lost.length, first, last, settling }];
  });
}

/** Where a file has no picture for longer than that, whatever was sent, ms. */
const HOLE_MS = 1_000;

/** The times, between two pictures by when they were drawn, for which a file has none. @param begin when there should have been one, ms */
export function holesIn(frames: readonly DecodedFrame[], begin?: number): TimeSpan[] {
  const drawn = frames.flatMap((frame) => (frame.drawn === undefined ? [] : [frame.drawn]));
  return drawn.flatMap((to, index) => {
    const from = drawn[index - 1] ?? begin ?? to;
    return to - from > HOLE_MS ? [{ from, to }] : [];
  });
}

/** What of holes nobody states as a gap, where that is more than a recording may keep silent about. */
export function unstatedOf(holes: readonly TimeSpan[], gaps: readonly TimeSpan[]): TimeSpan[] {
  return holes.flatMap((hole) => without(hole, gaps)).filter(({ from, to }) => to - from > HOLE_MS);
}

/** The seconds whose beeps are heard, ms of the shared clock. @param late see {@link lateness} */
export function beepsOf({ onsets, from }: TimedFile, late: number): number[] {
  return onsets.map((onset) => Math.round((from + onset - late) / 1000) * 1000);
}

/** Frames that come again or too late. Where the width changes, the last of the one may also be the first of the other. */
export function doubledFrames(frames: readonly DecodedFrame[]): number {
  let last: DecodedFrame | undefined;
  let doubled = 0;
  for (const frame of frames) {
    if (frame.drawn === undefined) continue;
    const before = last?.drawn ?? Number.NEGATIVE_INFINITY;
    if (frame.drawn < before || (frame.drawn === before && frame.width === last?.width)) doubled += 1;
    if (frame.drawn >= before) last = frame;
  }
  return doubled;
}

/** How far what a decoder shows first after seeking is from the first picture that is not before that time, ms. */
export function seekError(frames: readonly DecodedFrame[], to: number, drawn: number | undefined): number {
  const shown = frames.find((frame) => drawn !== undefined && frame.drawn === drawn);
  const expected = frames.find(({ at }) => at >= to - 1);
  return Math.abs((shown?.at ?? Number.POSITIVE_INFINITY) - (expected?.at ?? 0));
}

/** How far from a time of a file a picture belongs that is shown there, ms; infinite where the file has no such picture. */
export function displacement(frames: readonly DecodedFrame[], at: number, drawn: number | undefined): number {
  const index = drawn === undefined ? -1 : frames.findIndex((frame) => frame.drawn === drawn);
  const { at: from } = frames[index] ?? { at: Number.POSITIVE_INFINITY };
  const { at: to } = frames[index + 1] ?? { at: Number.POSITIVE_INFINITY };
  return Math.max(0, from - at, at - to);
}

/** The shared clock at a time of a file, by the pictures around it. */
function clockAt(frames: readonly DecodedFrame[], at: number): number | undefined {
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
