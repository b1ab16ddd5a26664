import { readdirSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readIvf } from './ivf.ts';
import { readOggPackets } from './ogg.ts';
import { PREPARED_LAYERS, preparedAudio, preparedVideo } from './prepared-media.ts';

const folder = new URL('../../media/', import.meta.url);

it.each([...PREPARED_LAYERS])('the video %s is 4 s with a key frame each second', (layer) => {
  const { frames, frameTicks, clockRate } = preparedVideo(layer);
  const rate = clockRate / frameTicks;
  expect(frames).toHaveLength(4 * rate);
  const keys = [...frames.keys()].filter((index) => frames[index]?.isKey);
  expect(keys).toEqual([0, 1, 2, 3].map((second) => second * rate));
});

it('the audio is 4 s in frames of 20 ms', () => {
  const { frames, frameTicks } = preparedAudio();
  // The encoder needs a frame more for what it looks ahead.
  expect(frames.length * 20).toBeGreaterThanOrEqual(4000);
  expect(frames.length * 20).toBeLessThanOrEqual(4040);
  expect(frameTicks).toBe(960);
  // RFC 6716 §3.1: the upper five bits say mode and length, the lower two that there is one frame.
  const configurations = new Set(frames.map(({ packets }) => packets[0]?.[12] ?? 0));
  for (const toc of configurations) {
    expect(toc & 3).toBe(0);
    expect([1, 5, 9, 13, 15, 19, 23, 27, 31]).toContain(toc >> 3);
  }
});

it('is small enough to be kept with the code', () => {
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(new URL(name, folder)).size, 0);
  expect(bytes).toBeLessThan(1_500_000);
});

it('says so when a file is none', () => {
  expect(() => readIvf(Buffer.alloc(40))).toThrow('no IVF file');
  expect(() => readOggPackets(Buffer.alloc(40))).toThrow('no Ogg page');
  const ivf = Buffer.alloc(48);
  ivf.write('DKIF');
  ivf.writeUInt16LE(32, 6);
  ivf.writeUInt32LE(100, 32);
  expect(() => readIvf(ivf)).toThrow('ends within frame 0');
});
