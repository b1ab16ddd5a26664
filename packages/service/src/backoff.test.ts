import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffDelay, SOCKET_BACKOFF } from './backoff.ts';

describe('backoffDelay', () => {
  it('doubles up to the cap', () => {
    const delays = [0, 1, 2, 3, 10, 1000].map((attempt) => backoffDelay(SOCKET_BACKOFF, attempt, 1));
    expect(delays, 'ceilings of the attempts').toEqual([500, 1000, 2000, 4000, 20_000, 20_000]);
  });

  it('stays between half the ceiling and the ceiling', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
        const ceiling = backoffDelay(SOCKET_BACKOFF, attempt, 1);
        const delay = backoffDelay(SOCKET_BACKOFF, attempt, random);
        expect(delay, 'jitter takes away half at the most').toBeGreaterThanOrEqual(ceiling / 2);
        expect(delay, 'the ceiling holds').toBeLessThanOrEqual(ceiling);
      }),
    );
  });
});
