import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

it('lets a burst through, and then what its rate allows', () => {
  const bucket = new TokenBucket({ rate: 2, burst: 3 }, 0);
  expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false]);
  expect(bucket.take(499)).toBe(false);
  expect(bucket.take(500)).toBe(true);
  expect(bucket.take(60_000, 3), 'it holds no more than a burst').toBe(true);
  expect(bucket.take(60_000)).toBe(false);
});

it('goes on from the level of an older one', () => {
  const older = new TokenBucket({ rate: 2, burst: 4 }, 0);
  older.take(0, 4);
  const bucket = new TokenBucket({ rate: 2, burst: 4 }, 1_000, older.level(500));
  expect(bucket.level(1_000)).toEqual({ tokens: 2, at: 1_000 });
  expect(bucket.take(1_000, 3)).toBe(false);
  expect(bucket.take(1_000, 2)).toBe(true);
});

it('says how long to wait, to the millisecond', () => {
  fc.assert(
    fc.property(
      fc.nat(5_000),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 10 }),
      (now, first, cost) => {
        const bucket = new TokenBucket({ rate: 3, burst: 10 }, 0);
        bucket.take(0, 10);
        bucket.take(now, first);
        const ms = bucket.wait(now, cost);
        if (ms > 2) expect(bucket.take(now + ms - 2, cost)).toBe(false);
        expect(bucket.take(now + ms + 1, cost)).toBe(true);
      },
    ),
  );
  expect(new TokenBucket({ rate: 3, burst: 10 }, 0).wait(0, 11), 'what is never let through').toBe(Infinity);
});

it('never lets through more than burst and rate, whatever comes when, and takes nothing when it refuses', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: -1000, max: 2000 }), fc.integer({ min: 1, max: 20 })));
  fc.assert(
    fc.property(steps, (comings) => {
      const allowance = { rate: 5, burst: 10 };
      const bucket = new TokenBucket(allowance, 0);
      let now = 0;
      let latest = 0;
      let taken = 0;
      for (const [pause, cost] of comings) {
        now += pause;
        latest = Math.max(latest, now);
        if (bucket.take(now, cost)) taken += cost;
        expect(taken).toBeLessThanOrEqual(allowance.burst + (latest / 1000) * allowance.rate + 1e-6);
      }
    }),
  );
});
