import { expect, it } from 'vitest';
import { bitrateText, percentText } from './figures-text.ts';

it('writes bitrates in the unit that fits', () => {
  expect([0, 999_400, 1_000_000, 2_540_000].map(bitrateText)).toEqual([
    '0 kbit/s',
    '999 kbit/s',
    '1.0 Mbit/s',
    '2.5 Mbit/s',
  ]);
});

it('writes shares with a digit more where they are small', () => {
  expect([0, 0.004, 0.094, 0.1, 1].map(percentText)).toEqual(['0 %', '0.4 %', '9.4 %', '10 %', '100 %']);
});
