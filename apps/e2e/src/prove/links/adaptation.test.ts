import { describe, expect, it } from 'vitest';
import { judge, type LinkSample } from './adaptation.ts';
import type { LayerSet } from './best-layers.ts';

const BEST: LayerSet = {
  spatial: 1,
  temporal: 2,
  width: 640,
  framerate: 30,
  bitrate: 500_000,
  wireBitrate: 530_000,
};

/** Four samples a second, of a width and a bitrate each second. */
function seconds(...each: [width: number, bitrate: number][]): LinkSample[] {
  const samples: LinkSample[] = [];
  let videoBytes = 0;
  for (const [second, [width, bitrate]] of each.entries()) {
    for (let quarter = 0; quarter < 4; quarter++) {
      const at = second * 1000 + quarter * 250;
      const count = { videoBytes, audioBytes: at, bytes: videoBytes, frames: (at * 30) / 1000 };
      samples.push({ at, width, ...count, freezes: 0, freezeSeconds: 0, packetsLost: 0 });
      videoBytes += bitrate / 8 / 4;
    }
  }
  return samples;
}

const times = <Item>(count: number, item: Item): Item[] => new Array<Item>(count).fill(item);
const frames = [100, 200, 1700, 1800, 12_000, 14_000];

describe('judge', () => {
  it('downwards takes the first instant from which the picture stays small enough', () => {
    const samples = seconds(
      ...times(2, [1280, 900_000] as [number, number]),
      [640, 500_000],
      [1280, 900_000],
      ...times(8, [640, 480_000] as [number, number]),
    );
    const judged = judge(samples, frames, { from: 0, to: 11_750, best: BEST, goes: 'down' });
    expect(judged.seconds).toBe(4);
    expect(judged.share).toBeCloseTo(0.96, 5);
    expect(judged.framerate).toBeCloseTo(30, 5);
    expect(judged.longestStill, 'what comes later does not count').toBe(1.5);
  });

  it('upwards waits for the bitrate, not for the size alone', () => {
    const samples = seconds(
      ...times(5, [640, 200_000] as [number, number]),
      ...times(6, [640, 500_000] as [number, number]),
    );
    const judged = judge(samples, frames, { from: 0, to: 10_750, best: BEST, goes: 'up' });
    expect(judged.seconds).toBeCloseTo(4.5, 0);
    expect(judged.share).toBeGreaterThan(0.9);
  });

  it('where the link stays all of the time counts', () => {
    const samples = seconds(
      ...times(5, [640, 200_000] as [number, number]),
      ...times(5, [640, 300_000] as [number, number]),
    );
    const judged = judge(samples, frames, { from: 0, to: 9750, best: BEST, goes: 'stays' });
    expect(judged.seconds).toBe(0);
    expect(judged.share).toBeCloseTo(0.5, 1);
  });

  it('says so of whom does not keep it, and judges the end', () => {
    const samples = seconds(
      ...times(10, [320, 150_000] as [number, number]),
      ...times(10, [320, 100_000] as [number, number]),
    );
    const judged = judge(samples, frames, { from: 0, to: 19_750, best: BEST, goes: 'up' });
    expect(judged.seconds).toBeUndefined();
    expect(judged.share).toBeCloseTo(0.2, 5);
  });
});
