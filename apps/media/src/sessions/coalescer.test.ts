import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Coalescer } from './coalescer.ts';

const start = performance.now();
let times: number[];
let changes: Coalescer;
let pause: number;
beforeEach(() => {
  vi.useFakeTimers({ now: start });
  const zero = performance.now();
  times = [];
  pause = 40;
  changes = new Coalescer(
    () => pause,
    () => times.push(performance.now() - zero),
  );
});
afterEach(() => {
  changes.stop();
  vi.useRealTimers();
});

it('does not let the first change wait, and takes what changes with it', () => {
  changes.changed();
  changes.changed();
  expect(times, 'the caller has more to change').toEqual([]);
  vi.advanceTimersByTime(1);
  expect(times).toHaveLength(1);
  vi.advanceTimersByTime(1000);
  expect(times, 'once').toHaveLength(1);
});

it('takes together what changes soon after, and never comes more often', () => {
  for (let ms = 0; ms < 200; ms += 10) {
    changes.changed();
    vi.advanceTimersByTime(10);
  }
  expect(times.length).toBeGreaterThanOrEqual(5);
  for (const [index, time] of times.entries())
    if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(40);
});

it('does not let a change after a quiet time wait', () => {
  changes.changed();
  vi.advanceTimersByTime(500);
  changes.changed();
  vi.advanceTimersByTime(1);
  expect(times).toHaveLength(2);
});

it('has the pause grow with what there is to do', () => {
  changes.changed();
  vi.advanceTimersByTime(10);
  pause = 300;
  changes.changed();
  vi.advanceTimersByTime(280);
  expect(times).toHaveLength(1);
  vi.advanceTimersByTime(20);
  expect(times).toHaveLength(2);
});

it('hurries when told to, and takes with it what waits', () => {
  changes.changed();
  vi.advanceTimersByTime(10);
  changes.changed();
  changes.hurry();
  vi.advanceTimersByTime(1);
  expect(times).toHaveLength(2);
  vi.advanceTimersByTime(1000);
  expect(times).toHaveLength(2);
});

it('can be put off, by no less than its pause; what changes meanwhile waits as well', () => {
  changes.changed();
  vi.advanceTimersByTime(1);
  changes.putOff(10);
  vi.advanceTimersByTime(20);
  expect(times).toHaveLength(1);
  vi.advanceTimersByTime(20);
  expect(times).toHaveLength(2);
  changes.changed();
  changes.putOff(1000);
  changes.changed();
  vi.advanceTimersByTime(999);
  expect(times).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(times).toHaveLength(3);
});

it('does nothing after its end', () => {
  changes.changed();
  changes.stop();
  changes.changed();
  changes.putOff(10);
  vi.advanceTimersByTime(100);
  expect(times).toEqual([]);
});
