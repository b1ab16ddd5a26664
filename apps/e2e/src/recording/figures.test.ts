import { expect, it } from 'vitest';
import type { DecodedFrame } from './decode.ts';
import {
  beepsOf,
  displacement,
  doubledFrames,
  holesIn,
  lateness,
  lostSpans,
  misalignment,
  soundSkew,
  unstatedOf,
} from './figures.ts';

const EPOCH = 1_700_000_000_000;
/** 20 frames a second, drawn `ahead` ms after the epoch when the file begins. */
const pictures = (count: number, ahead: number, width = 640): DecodedFrame[] =>
  Array.from({ length: count }, (_, index) => ({
    at: index * 50,
    width,
    height: 360,
    drawn: EPOCH + ahead + index * 50,
  }));

it('sound is as late as its beeps come after the second that the pictures show', () => {
  // Seconds begin 600 ms into the file.
  const skew = soundSkew({ frames: pictures(200, 400), onsets: [620, 1615, 2590, 40_000] });
  expect(skew).toEqual({ count: 3, p50: 15, p95: 20, max: 20, median: 15 });
});

it('files are as far apart as their accounts of time', () => {
  const one = { frames: pictures(100, 400), onsets: [], from: EPOCH + 430 };
  const other = { frames: pictures(100, 5000), onsets: [], from: EPOCH + 5010 };
  expect(lateness(one)).toMatchObject({ median: 30, max: 30 });
  expect(misalignment(one, other)).toBe(20);
});

it('what was sent and is not there is missing, and no more than that', () => {
  const all = pictures(100, 0).map(({ drawn = 0 }) => drawn);
  const sent = new Map([
    [640, all.filter((_, index) => index < 40 || index >= 60)],
    [320, all.filter((_, index) => index % 2 === 0)],
  ]);
  const whole = pictures(100, 0).filter((_, index) => index < 40 || index >= 60 || index % 2 === 0);
  const switched = whole.map((frame, index) =>
    index >= 38 && index < 55 ? { ...frame, width: 320 } : frame,
  );
  expect(lostSpans(switched, sent)).toEqual([]);
  expect(lostSpans(switched.toSpliced(10, 2), sent)).toEqual([
    { from: all[9], to: all[12], frames: 2, first: all[10], last: all[11], settling: true },
  ]);
  expect(lostSpans(switched.slice(5, 80), sent), 'nothing before and after').toEqual([]);
  const until = EPOCH + 4_920;
  expect(lostSpans(whole.slice(0, -5), sent, until), 'but what should be there').toEqual([
    { from: all[94], to: until, frames: 4, first: all[95], last: all[98], settling: false },
  ]);
});

it('a hole is stated where gaps leave no more than a second of it', () => {
  const frames = [...pictures(10, 0), ...pictures(10, 5_000), ...pictures(10, 6_000)];
  const hole = { from: EPOCH + 450, to: EPOCH + 5_000 };
  const holes = holesIn(frames);
  expect(holes, 'half a second is none').toEqual([hole]);
  expect(holesIn(frames, EPOCH - 2_000)).toEqual([{ from: EPOCH - 2_000, to: EPOCH }, hole]);
  const gap = (from: number, to: number) => ({ from: EPOCH + from, to: EPOCH + to });
  expect(unstatedOf(holes, [])).toEqual([hole]);
  expect(unstatedOf(holes, [gap(900, 2_000), gap(1_900, 4_200)])).toEqual([]);
  expect(unstatedOf(holes, [gap(900, 2_000), gap(3_200, 9_000)])).toEqual([gap(2_000, 3_200)]);
});

it('beeps are of the second that they are next to', () => {
  const file = { frames: [], onsets: [190, 1210, 2180], from: EPOCH + 1_900 };
  expect(beepsOf(file, 100)).toEqual([EPOCH + 2000, EPOCH + 3000, EPOCH + 4000]);
});

it('frames that come again or too late are doubled', () => {
  const frames = pictures(10, 0);
  expect(doubledFrames(frames)).toBe(0);
  expect(doubledFrames([...frames.slice(0, 5), ...frames.slice(3)])).toBe(2);
  const small = frames.map((frame) => ({ ...frame, width: 320 }));
  expect(doubledFrames([...frames.slice(0, 5), ...small.slice(4)]), 'once in each size').toBe(0);
});

it('a picture is shown where it belongs, until the next one', () => {
  const frames = [...pictures(10, 0), ...pictures(20, 0).slice(15)];
  const [first, still] = [frames[0], frames[9]];
  expect(displacement(frames, 30, first?.drawn)).toBe(0);
  expect(displacement(frames, 80, first?.drawn)).toBe(30);
  expect(displacement(frames, 700, still?.drawn), 'while the picture stands still').toBe(0);
  expect(displacement(frames, 400, still?.drawn)).toBe(50);
  expect(displacement(frames, 400, EPOCH - 1)).toBe(Number.POSITIVE_INFINITY);
});
