import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pause } from './pause.ts';

const page = new EventTarget();
const listeners = new Set<unknown>();
beforeEach(() => {
  vi.useFakeTimers();
  listeners.clear();
  vi.stubGlobal('addEventListener', (name: string, listener: () => void) => {
    listeners.add(listener);
    page.addEventListener(name, listener);
  });
  vi.stubGlobal('removeEventListener', (name: string, listener: () => void) => {
    listeners.delete(listener);
    page.removeEventListener(name, listener);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it.each([
  ['time passes', () => vi.advanceTimersByTime(100), 1],
  ['the network is back', () => page.dispatchEvent(new Event('online')), 1],
  ['nothing happens', () => vi.advanceTimersByTime(99), 0],
])('when %s', (_, happen, times) => {
  const over = vi.fn();
  const cancel = pause(100, over);
  happen();
  expect(over).toHaveBeenCalledTimes(times);
  cancel();
  page.dispatchEvent(new Event('online'));
  vi.advanceTimersByTime(1000);
  expect(over).toHaveBeenCalledTimes(times);
  expect([vi.getTimerCount(), listeners.size]).toEqual([0, 0]);
});
