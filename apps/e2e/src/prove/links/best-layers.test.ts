import { expect, it } from 'vitest';
import { bestThatFits, type LayerSet } from './best-layers.ts';

const set = (spatial: number, temporal: number, wireBitrate: number): LayerSet => ({
  spatial,
  temporal,
  width: 320 * 2 ** spatial,
  framerate: 7.5 * 2 ** temporal,
  bitrate: wireBitrate * 0.94,
  wireBitrate,
});
const SETS = [set(0, 0, 60_000), set(0, 1, 160_000), set(1, 0, 210_000), set(1, 1, 530_000)];

it('takes the highest that leaves room for the sound and what a link does not give', () => {
  expect(bestThatFits(SETS, 1_000_000, 40_000)).toBe(SETS[3]);
  expect(bestThatFits(SETS, 300_000, 40_000)).toBe(SETS[2]);
  expect(bestThatFits(SETS, 250_000, 40_000), 'the sound does not fit as well').toBe(SETS[1]);
  expect(bestThatFits(SETS, 90_000, 40_000)).toBeUndefined();
});
