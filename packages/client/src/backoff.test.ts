import { expect, it, vi } from 'vitest';
import { fullJitter, guarded, RETRY, type RetryPolicy } from './backoff.ts';

it.each([
  [0, 250, 1_000],
  [1, 250, 2_000],
  [3, 250, 8_000],
  [4, 250, 10_000],
  [2_000, 250, 10_000],
])('pauses after %i failures between %i and %i ms', (attempt, least, most) => {
  expect(fullJitter(() => 0)(attempt, 0)).toBe(least);
  expect(fullJitter(() => 1)(attempt, 0)).toBe(most);
});

it('gives up in the end', () => {
  const policy = fullJitter();
  expect(policy(9, RETRY.giveUp - 1)).toBeDefined();
  expect(policy(9, RETRY.giveUp)).toBeUndefined();
});

it.each<[string, RetryPolicy]>([
  [
    'throws',
    () => {
      throw new Error('of the page');
    },
  ],
  ['knows no number', () => Number.NaN],
  ['wants to have begun before', () => -1],
])('takes the place of a policy that %s, and reports it', (_, policy) => {
  const reported: (() => void)[] = [];
  vi.stubGlobal('queueMicrotask', (callback: () => void) => reported.push(callback));
  vi.spyOn(Math, 'random').mockReturnValue(0);
  expect(guarded(policy)(0, 0)).toBe(RETRY.least);
  expect(guarded(policy)(0, RETRY.giveUp)).toBeUndefined();
  expect(reported).toHaveLength(2);
  expect(reported[0]).toThrow();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it('leaves a policy its pauses, as long as a timer can be, and its end', () => {
  expect(guarded(() => 0)(0, 0)).toBe(0);
  expect(guarded(() => undefined)(0, 0)).toBeUndefined();
  // A timer of more fires at once.
  expect(guarded(() => Number.POSITIVE_INFINITY)(0, 0)).toBe(2 ** 31 - 1);
});
