import { expect, it } from 'vitest';
import { bar, barred, ClimbGuard, lift, NO_BARS } from './climb-bars.ts';

const failed = (layer: number) => new Map([['t', layer]]);

it('a layer that failed is barred for a while, and longer when it fails again', () => {
  let bars = bar(NO_BARS, failed(2), 0);
  expect([barred(bars, 't', 9999), barred(bars, 't', 10_000)]).toEqual([2, undefined]);
  expect(barred(bars, 'other', 0)).toBeUndefined();
  bars = bar(bars, failed(2), 12_000);
  expect([barred(bars, 't', 31_999), barred(bars, 't', 32_000)]).toEqual([2, undefined]);
  for (let now = 33_000, times = 0; times < 9; times++, now = (bars.get('t')?.[0]?.until ?? 0) + 1)
    bars = bar(bars, failed(2), now);
  expect(bars.get('t')?.[0]?.wait, 'not for ever').toBe(60_000);
});

it('begins anew when the failure is long ago', () => {
  const bars = bar(bar(NO_BARS, failed(2), 0), failed(2), 100_000);
  expect(barred(bars, 't', 110_000)).toBeUndefined();
});

it('a link that falls further bars a lower layer as well', () => {
  const bars = bar(bar(NO_BARS, failed(2), 0), failed(1), 5000);
  expect([barred(bars, 't', 14_999), barred(bars, 't', 15_000)]).toEqual([1, undefined]);
  expect(barred(lift(bars, 6000), 't', 6000), 'room for the one is not room for the other').toBe(2);
});

it('is lifted when there is room; what fails then is barred for longer', () => {
  let bars = lift(bar(NO_BARS, failed(2), 0), 4000);
  expect(barred(bars, 't', 4000)).toBeUndefined();
  bars = bar(bars, failed(2), 6000);
  expect(barred(bars, 't', 25_999)).toBe(2);
});

const LADDER = [150_000, 500_000, 2_500_000];
const sent = (layer: number) => [{ trackId: 't', sent: layer }];

it('a layer is free before its time when there has been room for it for a second', () => {
  const guard = new ClimbGuard(LADDER);
  guard.bar(failed(2), 0);
  const free = (estimate: number, now: number) => guard.free(estimate, 2_600_000, sent(1), now);
  expect([free(1_000_000, 1000), guard.active]).toEqual([false, true]);
  expect(free(3_000_000, 2000), 'a probe may say so for a moment').toBe(false);
  expect(free(1_500_000, 2500)).toBe(false);
  expect(free(3_000_000, 3000)).toBe(false);
  expect(free(3_000_000, 4000)).toBe(true);
  expect(guard.barred('t', 4000)).toBeUndefined();
});

it('needs no more room than the videos would take, however high the ladder is', () => {
  const guard = new ClimbGuard(LADDER);
  guard.bar(failed(2), 0);
  guard.free(900_000, 700_000, sent(1), 1000);
  expect(guard.free(900_000, 700_000, sent(1), 2000), 'a quiet picture').toBe(true);
});

it('says when the time of a layer has come', () => {
  const guard = new ClimbGuard(LADDER);
  guard.bar(failed(2), 0);
  guard.free(600_000, 2_600_000, sent(1), 1000);
  expect([guard.free(600_000, 2_600_000, sent(1), 10_000), guard.active]).toEqual([true, false]);
  expect(guard.free(600_000, 2_600_000, sent(1), 11_000), 'once').toBe(false);
});
