import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SendScheduler } from './send-scheduler.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Notes when it had to send. */
function sender(intervalMs: number) {
  const times: number[] = [];
  return { intervalMs, times, send: (now: number) => void times.push(now) };
}

it('sends in the rhythm that each wants, with one timer that ends with the last', () => {
  const scheduler = new SendScheduler(() => performance.now());
  const fast = sender(20);
  const odd = sender(1000 / 30);
  const slow = sender(500);
  for (const one of [fast, odd, slow]) scheduler.add(one, 0);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(10_000);
  expect(fast.times.length).toBeGreaterThanOrEqual(499);
  expect(fast.times.length).toBeLessThanOrEqual(501);
  expect(odd.times.length).toBeGreaterThanOrEqual(299);
  expect(odd.times.length).toBeLessThanOrEqual(301);
  // At both ends of the ten seconds too.
  expect(slow.times).toHaveLength(21);
  scheduler.remove(fast);
  vi.advanceTimersByTime(1000);
  expect(fast.times.length).toBeLessThanOrEqual(501);
  scheduler.remove(odd);
  scheduler.remove(slow);
  expect(vi.getTimerCount()).toBe(0);
});

it('spreads those who are added together', () => {
  const scheduler = new SendScheduler(() => performance.now());
  const all = Array.from({ length: 10 }, () => sender(400));
  for (const [index, one] of all.entries()) scheduler.add(one, index / 10);
  vi.advanceTimersByTime(500);
  expect(new Set(all.map(({ times }) => times[0])).size).toBe(10);
  for (const one of all) scheduler.remove(one);
});

it('does not make a stall a burst, but catches up with a hiccup', () => {
  let now = 0;
  const scheduler = new SendScheduler(() => now);
  const one = sender(20);
  scheduler.add(one, 0);
  const sendsAfter = (ms: number) => {
    const before = one.times.length;
    now += ms;
    scheduler.run();
    return one.times.length - before;
  };
  sendsAfter(5);
  expect(sendsAfter(100)).toBeGreaterThanOrEqual(4);
  expect(sendsAfter(60_000)).toBeLessThan(20);
  scheduler.remove(one);
});

it('sends nothing more for who was removed, also when added again', () => {
  const scheduler = new SendScheduler(() => performance.now());
  const one = sender(20);
  const other = sender(1000);
  scheduler.add(other, 0);
  scheduler.add(one, 0);
  scheduler.remove(one);
  scheduler.add(one, 0.5);
  vi.advanceTimersByTime(1000);
  expect(one.times.length).toBeLessThanOrEqual(50);
  expect(one.times.length).toBeGreaterThan(45);
  scheduler.remove(one);
  scheduler.remove(other);
});
