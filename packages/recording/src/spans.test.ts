import fc from 'fast-check';
import { expect, it } from 'vitest';
import { union, without } from './spans.ts';

const span = fc
  .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 20 }))
  .map(([from, length]) => ({ from, to: from + length }));

const has = (spans: { from: number; to: number }[], t: number) =>
  spans.some(({ from, to }) => t >= from && t < to);

it('a time is in a union when it is in one of the spans, and in no two of it', () => {
  fc.assert(
    fc.property(fc.array(span), (spans) => {
      const joined = union(spans);
      for (let t = 0; t < 75; t++) expect(has(joined, t)).toBe(has(spans, t));
      for (const [index, { from }] of joined.entries()) {
        if (index > 0) expect(from).toBeGreaterThan(joined[index - 1]?.to ?? 0);
      }
    }),
  );
});

it('what is left of a span is what no other has', () => {
  fc.assert(
    fc.property(span, fc.array(span), (whole, others) => {
      const left = without(whole, others);
      for (let t = 0; t < 75; t++) expect(has(left, t)).toBe(has([whole], t) && !has(others, t));
    }),
  );
});
