import { expect, it } from 'vitest';
import { loudness, loudnessOfLevel } from './loudness.ts';

it('goes by decibels from −60 dBov to full scale', () => {
  expect([0, 0.0005, 0.001, 0.01, 0.1, 1, 2, Number.NaN].map((a) => Number(loudness(a).toFixed(6)))).toEqual([
    0, 0, 0, 0.333333, 0.666667, 1, 1, 0,
  ]);
});

it('is the same for the level that a packet carries', () => {
  for (const dbov of [-127, -60, -42, -30, 0]) {
    expect(loudnessOfLevel(dbov)).toBeCloseTo(loudness(10 ** (dbov / 20)), 9);
  }
});
