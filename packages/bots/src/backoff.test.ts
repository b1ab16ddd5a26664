import { expect, it } from 'vitest';
import { backoffDelay } from './backoff.ts';

it('doubles from 0.25 s to 10 s, spread over the upper half', () => {
  expect([0, 1, 2, 5, 6, 50].map((attempt) => backoffDelay(attempt, 0))).toEqual([
    125, 250, 500, 4000, 5000, 5000,
  ]);
  expect([0, 50].map((attempt) => backoffDelay(attempt, 1))).toEqual([250, 10_000]);
});
