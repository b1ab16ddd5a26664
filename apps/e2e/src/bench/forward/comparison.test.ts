import { expect, it } from 'vitest';
import { type Comparison, describe as describeComparisons, objections, ratios } from './comparison.ts';
import type { Window } from './measured-call.ts';

const window = (more: Partial<Window> = {}): Window => ({
  seconds: 10,
  workers: 2,
  node: 0.01,
  bots: 3,
  packetsIn: 1000,
  packetsOut: 100_000,
  piped: 0,
  lost: 0,
  busy: 0.5,
  ...more,
});

const comparison = (...pairs: Comparison['pairs']): Comparison => ({ title: '1→9', workers: 1, pairs });

it('tells CPU seconds a million packets, and the ratio of each pair', () => {
  const one = comparison(
    { bare: window(), parley: window({ workers: 2.2 }) },
    { bare: window(), parley: window({ workers: 2, packetsOut: 101_000 }) },
  );
  expect(ratios(one)).toEqual([100 / 101, expect.closeTo(1.1)]);
  const [, row] = describeComparisons([one]).split('\n');
  expect(row?.split(/ {2,}/)).toEqual([
    '1→9',
    '1',
    '10050',
    '20.00',
    '20.90',
    '1.045',
    '0.990–1.100',
    '0.100',
    '0.100',
    '0.00%',
    '50.00%',
  ]);
  expect(objections(one)).toEqual([]);
});

it('does not count what lost packets or forwarded more on one side', () => {
  const lossy = comparison({ bare: window({ lost: 0.006 }), parley: window() });
  expect(objections(lossy)).toEqual([expect.stringContaining('0.60%')]);
  const uneven = comparison({ bare: window(), parley: window({ packetsOut: 110_000 }) });
  expect(describeComparisons([uneven])).toContain(
    '1→9, 1: does not count: packets a second are 10.00% apart',
  );
  expect(objections(comparison({ bare: window({ packetsOut: 0 }), parley: window() }))).toHaveLength(1);
});
