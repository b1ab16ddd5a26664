import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ANSWER_WATCH, AnswerWatch } from './answer-watch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('repeats ever more seldom, until it is stopped', () => {
  const { first, most } = ANSWER_WATCH;
  const at: number[] = [];
  const began = Date.now();
  const watch = new AnswerWatch(() => at.push(Date.now() - began));
  watch.start();
  vi.advanceTimersByTime(3 * most);
  expect(at.slice(0, 3)).toEqual([first, 3 * first, 7 * first]);
  expect((at.at(-1) ?? 0) - (at.at(-2) ?? 0), 'a minute apart at the most').toBe(most);
  watch.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('begins anew with the next offer', () => {
  const repeat = vi.fn();
  const watch = new AnswerWatch(repeat);
  watch.start();
  vi.advanceTimersByTime(ANSWER_WATCH.first);
  watch.start();
  vi.advanceTimersByTime(ANSWER_WATCH.first);
  expect(repeat).toHaveBeenCalledTimes(2);
  watch.stop();
});
