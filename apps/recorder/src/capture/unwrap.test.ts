import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Unwrap } from './unwrap.ts';

test('goes on over the wrap, forwards and a little back', () => {
  const unwrap = new Unwrap(16);
  expect([65_534, 65_535, 0, 65_535, 1].map((value) => unwrap.next(value))).toEqual([
    65_534, 65_535, 65_536, 65_535, 65_537,
  ]);
});

test('finds its way after a long silence when told how long it was', () => {
  const unwrap = new Unwrap(32);
  unwrap.next(5);
  const away = 3 * 2 ** 32 + 1000;
  expect(unwrap.next(1005, away + 90_000)).toBe(5 + away);
});

test('any walk of steps below half the range comes out as it was', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(16, 32),
      fc.nat({ max: 2 ** 32 - 1 }),
      fc.array(fc.double({ min: -0.2, max: 0.3, noNaN: true }), { maxLength: 100 }),
      (bits, start, steps) => {
        const range = 2 ** bits;
        const unwrap = new Unwrap(bits);
        const first = start % range;
        let highest = first;
        unwrap.next(first);
        for (const step of steps) {
          const next = highest + Math.round(step * range);
          expect(unwrap.next(((next % range) + range) % range)).toBe(next);
          highest = Math.max(highest, next);
        }
      },
    ),
  );
});
