import { CLIENT_VOLUME, SESSION_REQUESTS, TokenBucket } from '@parley/protocol/token-bucket';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OfferPace } from './offer-pace.ts';

/** An answer about a hundred others, UTF-16 units. */
const LARGEST = 250_000;

it('whatever others do, a client may answer every offer and say as much of its own', () => {
  const change = fc.record({ after: fc.integer({ min: 40, max: 400 }), length: fc.nat(LARGEST) });
  fc.assert(
    fc.property(fc.array(change, { size: 'max', maxLength: 600 }), (changes) => {
      const pace = new OfferPace(0);
      const requests = new TokenBucket(SESSION_REQUESTS, 0);
      const volume = new TokenBucket(CLIENT_VOLUME, 0);
      let now = 0;
      for (const { after, length } of changes) {
        now += after;
        if (pace.take(now) > 0) continue;
        pace.answered(length);
        expect(requests.take(now) && volume.take(now, length)).toBe(true);
      }
    }),
  );
});

it('a few changes in a row are offered at once, many in their turn', () => {
  const pace = new OfferPace(0);
  const taken = Array.from({ length: 1000 }, (_, i) => {
    const may = pace.take(i * 40) === 0;
    if (may) pace.answered(100_000);
    return may;
  });
  expect(taken.slice(0, 15)).not.toContain(false);
  const late = taken.slice(500).filter(Boolean).length;
  expect(late, 'in 20 s').toBeGreaterThan(20);
  expect(late).toBeLessThan(40);
});

it.each([[100_000], [10_000_000]])('says when the next may be made, after answers of %i', (length) => {
  const pace = new OfferPace(0);
  let ms = 0;
  for (let i = 0; i < 200 && ms === 0; i++) {
    ms = pace.take(0);
    pace.answered(length);
  }
  expect(ms).toBeGreaterThan(1);
  expect(pace.take(ms - 1)).toBe(1);
  expect(pace.take(ms)).toBe(0);
});
