import { expect, it } from 'vitest';
import { fullJitter, RETRY } from './backoff.ts';

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
