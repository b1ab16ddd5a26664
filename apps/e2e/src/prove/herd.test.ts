import { expect, it } from 'vitest';
import { busiestSecond, histogram } from './herd.ts';

it('the busiest second may begin anywhere', () => {
  expect(busiestSecond([])).toBe(0);
  expect(busiestSecond([5000, 900, 1100, 1899, 1900])).toBe(3);
});

it('seconds in which nothing happened are shown, and all series on one scale of time', () => {
  const rows = histogram([-200, 100, 2100, 2200], [3000]);
  expect(rows.map(([second, first, , other]) => [second?.trim(), first, other])).toEqual([
    ['-1–0 s', '1', '0'],
    ['0–1 s', '1', '0'],
    ['1–2 s', '0', '0'],
    ['2–3 s', '2', '0'],
    ['3–4 s', '0', '1'],
  ]);
});
