import { expect, it } from 'vitest';
import { clockBlocks, readClock } from './picture-clock.ts';

/** What a codec makes of the blocks: neither quite white nor quite black. */
function seen(at: number, blur = 40): [number[], number[]] {
  const row = clockBlocks(at).map((on) => (on ? 255 - blur : blur));
  return [row, row.map((value) => 255 - value)];
}

it.each([
  [1_000, 1_085.7, 85],
  [65_500, 65_600, 100],
  [123_456.7, 123_456.9, 0],
])('a picture drawn at %d and seen at %d is %d ms old', (drawn, now, age) => {
  expect(readClock(...seen(drawn), now)).toBe(age);
});

it('is not read from another picture', () => {
  expect(readClock(...seen(1_000, 110), 1_050), 'grey').toBeUndefined();
  expect(readClock([], [], 0)).toBeUndefined();
});

it('is not read from a picture that was not drawn yet', () => {
  expect(readClock(...seen(1_004), 1_000)).toBeUndefined();
  expect(readClock(...seen(65_540), 65_530), 'over the end of the period').toBeUndefined();
});
