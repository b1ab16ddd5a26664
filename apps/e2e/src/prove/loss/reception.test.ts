import { expect, it } from 'vitest';
import { receptionBetween } from './reception.ts';

const NOTHING = {
  at: 100,
  samples: 0,
  concealed: 0,
  audioPackets: 0,
  fec: 0,
  waited: 0,
  emitted: 0,
  frames: 0,
  frozen: 0,
  videoBytes: 0,
};

it('what came between two looks is told for a second, or as a share', () => {
  const counts = { samples: 480_000, concealed: 4_800, fec: 20, waited: 24_000, emitted: 480_000 };
  const after = { ...NOTHING, at: 110, ...counts, frames: 200, frozen: 1, videoBytes: 1_250_000 };
  expect(receptionBetween(NOTHING, after)).toEqual({
    concealed: 0.01,
    fec: 2,
    buffered: 0.05,
    framesPerSecond: 20,
    frozen: 0.1,
    videoBitrate: 1_000_000,
  });
});

it('where nothing came there is nothing to be a share of', () => {
  expect(receptionBetween(NOTHING, { ...NOTHING, at: 110 })).toMatchObject({ concealed: 0, buffered: 0 });
});
