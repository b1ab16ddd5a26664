import { expect, it } from 'vitest';
import { mergeFigures, noFigures, percentile, progressLine } from './fleet-figures.ts';

it('finds percentiles by nearest rank', () => {
  const values = [30, 10, 20, 40];
  expect([0, 0.5, 0.75, 0.95, 1].map((share) => percentile(values, share))).toEqual([10, 20, 30, 40, 40]);
  expect(percentile([], 0.5)).toBeUndefined();
});

it('adds up, with reasons counted and the longest pause kept', () => {
  const one = { ...noFigures(2), ready: 1, failed: { full: 1 }, longestPauseMs: 9, joinMs: [5] };
  const other = { ...noFigures(3), failed: { full: 2, gone: 1 }, longestPauseMs: 4, joinMs: [7] };
  const sum = mergeFigures([one, other]);
  expect(sum).toMatchObject({ bots: 5, ready: 1, failed: { full: 3, gone: 1 }, longestPauseMs: 9 });
  expect(sum.joinMs).toEqual([5, 7]);
  expect(progressLine(sum)).toContain('1/5 ready, 4 failed, join p95 7 ms');
});
