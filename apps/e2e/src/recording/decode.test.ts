import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BITS, clockBlocks } from '@parley/client/connection-test/picture-clock';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decode, frameAt } from './decode.ts';
import { lateness, lostSpans, seekError, soundSkew } from './figures.ts';

const EPOCH = 1_700_000_000_000;
const WIDTH = 640;
const HEIGHT = 360;
const SECONDS = 8;
const FRAME_MS = 50;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'parley-decode-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function picture(at: number): Buffer {
  const pixels = Buffer.alloc(WIDTH * HEIGHT, 128);
  const block = WIDTH / BITS;
  for (const [bit, on] of clockBlocks(at).entries()) {
    for (let y = 0; y < 2 * block; y++) {
      const from = y * WIDTH + bit * block;
      pixels.fill(on === y < block ? 235 : 16, from, from + block);
    }
  }
  return pixels;
}

const drawn = Array.from({ length: (SECONDS * 1000) / FRAME_MS }, (_, index) => EPOCH + index * FRAME_MS);

/** Encodes pictures whose beeps come `late` ms after the second. */
async function make(name: string, late: number, codecs: readonly string[]): Promise<string> {
  const file = path.join(folder, name);
  const beeps = `aevalsrc='0.5*sin(6283*t)*gte(t,${late / 1000})*lt(mod(t-${late / 1000}+10,1),0.1)':s=48000:d=${SECONDS}`;
  const child = spawn(
    'ffmpeg',
    [
      ...['-nostdin', '-y', '-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${WIDTH}x${HEIGHT}`],
      ...['-r', String(1000 / FRAME_MS), '-i', 'pipe:0', '-f', 'lavfi', '-i', beeps],
      ...['-pix_fmt', 'yuv420p', ...codecs, '-b:v', '200k', '-g', '40', '-c:a', 'libopus', file],
    ],
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
  const ended = once(child, 'close');
  for (const at of drawn) child.stdin.write(picture(at));
  child.stdin.end();
  expect((await ended)[0]).toBe(0);
  return file;
}

const VP8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8'];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];

it.each([
  ['even.webm', 0, VP8],
  ['late.webm', 60, VP8],
  ['early.mp4', -45, H264],
])(
  '%s: sound that is %d ms late is found to be so, and every picture is read',
  async (name, late, codecs) => {
    // What is early comes at the end of the second before.
    const file = await make(name, late < 0 ? 1000 + late : late, codecs);
    const decoded = await decode(file, { from: EPOCH });
    expect(decoded.complaints).toEqual([]);
    expect(decoded.frames.map((frame) => frame.drawn)).toEqual(drawn);
    expect(decoded.durationMs).toBeCloseTo(SECONDS * 1000, -2);
    expect(lostSpans(decoded.frames, new Map([[WIDTH, drawn]]))).toEqual([]);
    const skew = soundSkew(decoded);
    expect(skew.count).toBeGreaterThanOrEqual(SECONDS - 1);
    // ffmpeg 5.1 writes the picture beside Opus into WebM late by Opus' delay, 6.5 ms.
    const began = decoded.frames[0]?.at ?? 0;
    expect(Math.abs(skew.median - late), `median ${skew.median}`).toBeLessThan(8);
    expect(lateness({ ...decoded, from: EPOCH + 25 - began }).median).toBeCloseTo(25, -0.5);
    for (const at of [700, 3210, 6990]) {
      const shown = await frameAt(file, at, { from: EPOCH });
      expect(seekError(decoded.frames, at, shown.drawn), `at ${at}`).toBeLessThanOrEqual(FRAME_MS);
    }
  },
);

it('says what is no file of pictures and sounds', async () => {
  await expect(decode(path.join(folder, 'none.webm'), { from: 0 })).rejects.toThrow('ffprobe cannot read');
});
