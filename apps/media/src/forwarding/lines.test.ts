import fc from 'fast-check';
import { expect, it } from 'vitest';
import { linesFor } from './lines.ts';

const names = (first: number, count: number) => Array.from({ length: count }, (_, i) => `p${first + i}`);

it('keeps the m-lines of those who were needed last', () => {
  let lines = linesFor([], ['p0'], ['p1', 'p2'], 1);
  expect([...lines]).toEqual(['p0', 'p1', 'p2']);
  for (let speaker = 3; speaker < 40; speaker++) lines = linesFor(lines, [`p${speaker}`], [], 1);
  expect([...lines]).toEqual(names(24, 16).reverse());
  lines = linesFor(lines, ['p24'], [], 1);
  expect([...lines].slice(0, 2), 'one who comes back is the latest').toEqual(['p24', 'p39']);
  expect(lines.size).toBe(16);
});

it('has room for three times as many as are forwarded, and for all that are pinned', () => {
  expect(linesFor(names(0, 100), names(100, 10), [], 10).size).toBe(30);
  expect(linesFor(names(0, 100), names(100, 80), names(0, 5), 10).size).toBe(80);
});

it('always has everybody who is forwarded, and closes as few as it can', () => {
  const some = fc.uniqueArray(fc.constantFrom(...names(0, 60)));
  fc.assert(
    fc.property(some, some, some, fc.integer({ min: 1, max: 50 }), (before, forwarded, ahead, loudest) => {
      const lines = linesFor(before, forwarded, ahead, loudest);
      expect([...lines]).toEqual(expect.arrayContaining(forwarded));
      const most = Math.max(16, 3 * loudest, forwarded.length);
      expect(lines.size).toBe(Math.min(most, new Set([...before, ...forwarded, ...ahead]).size));
    }),
  );
});
