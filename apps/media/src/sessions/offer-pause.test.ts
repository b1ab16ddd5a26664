import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Coalescer } from './coalescer.ts';
import { offerPause } from './offer-pause.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('offers are the rarer the more they name, within bounds', () => {
  expect(offerPause(0)).toBe(40);
  expect(offerPause(2), 'a call of two').toBe(40);
  expect(offerPause(18), 'ten people').toBe(180);
  expect(offerPause(198), 'a hundred').toBe(500);
});

it.each([
  { people: 10, seconds: 10, least: 9, most: 9 },
  { people: 50, seconds: 10, least: 20, most: 32 },
  { people: 50, seconds: 3, least: 8, most: 16 },
])('$people who join within $seconds s: offers to the first', ({ people, seconds, least, most }) => {
  let tracks = 0;
  let offers = 0;
  const changes = new Coalescer(
    () => offerPause(tracks),
    () => {
      offers += 1;
    },
  );
  for (let joined = 1; joined < people; joined++) {
    tracks += 2;
    changes.changed();
    vi.advanceTimersByTime((seconds * 1000) / people);
  }
  vi.advanceTimersByTime(1000);
  expect(offers).toBeGreaterThanOrEqual(least);
  expect(offers).toBeLessThanOrEqual(most);
});
