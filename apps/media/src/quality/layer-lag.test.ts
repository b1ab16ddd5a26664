import { expect, it } from 'vitest';
import { followLayer, type Lag, type SentLayer } from './layer-lag.ts';

/** Follows a video, a look a second. */
function follow(...parts: [seconds: number, SentLayer][]): (number | undefined)[] {
  let lag: Lag = {};
  let now = 0;
  return parts.flatMap(([seconds, layer]) =>
    Array.from({ length: seconds }, () => {
      lag = followLayer(lag, layer, now);
      now += 1000;
      return lag.layer;
    }),
  );
}
const LOW: SentLayer = { sent: 0, due: 2, tight: true };
const ALL: SentLayer = { sent: 2, due: 2, tight: true };

it('a video that stays below for some seconds is kept there by the link', () => {
  expect(follow([6, LOW])).toEqual([undefined, undefined, undefined, undefined, 0, 0]);
});

it('a moment below is none, and a moment of all does not end it', () => {
  expect(follow([3, LOW], [2, ALL], [3, LOW]).every((layer) => layer === undefined)).toBe(true);
  expect(follow([5, LOW], [1, ALL], [2, LOW]).slice(4)).toEqual([0, 0, 0, 0]);
});

it('it is over when all is sent', () => {
  expect(follow([5, LOW], [3, ALL]).slice(4)).toEqual([0, 0, 0, undefined]);
});

it('the link is not to blame while there is room', () => {
  expect(follow([9, { ...LOW, tight: false }]).every((layer) => layer === undefined)).toBe(true);
});
