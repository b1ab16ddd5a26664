import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { PlannedTrack } from '@parley/protocol/recording/recorder-api';
import { afterEach, expect, it, vi } from 'vitest';
import { runFinisher } from './finisher.ts';
import { seePictures } from './testing/decode.ts';
import { FinishFolder, planOf, START } from './testing/finish-folder.ts';
import { FPS, recordTrack } from './testing/recorded-track.ts';

let at: FinishFolder;
afterEach(() => at.remove());

/** Processes that work in a folder, by who started them. */
function startersIn(folder: string): number[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      if (readlinkSync(`/proc/${entry}/cwd`) !== folder) return [];
      return Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1]);
    } catch {
      return [];
    }
  });
}

/** Finishers' processes that this one has started. */
function finishers(): number[] {
  return readdirSync('/proc').flatMap((entry) => {
    try {
      const isOurs = readFileSync(`/proc/${entry}/status`, 'utf8').includes(`PPid:\t${process.pid}\n`);
      const isFinisher = readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes('finish-main.ts');
      return isOurs && isFinisher ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}

const SEGMENT = 10;
const TIMES = 8;
/** As many make a chunk. */
const CHUNK = 6;

/** A track of one segment again and again, each said to be of this size. */
async function longTrack(width: number, height: number): Promise<PlannedTrack> {
  const options = {
    folder: at.folder,
    seconds: SEGMENT,
    trackId: 'c',
    source: 'camera',
    codec: 'vp8',
    at: START,
  } as const;
  const track = await recordTrack(options);
  const pieces = Array.from({ length: TIMES }, (_, index) =>
    track.pieces.map((piece) => ({
      ...piece,
      at: piece.at + index * SEGMENT * 1000,
      segment: { ...piece.segment, index, width, height },
    })),
  ).flat();
  return { ...track, pieces };
}

it('is a process of its own; killed in the middle it leaves no ffmpeg, and the next one goes on', async () => {
  at = await FinishFolder.make({ format: 'mp4' });
  const [width, height] = [320, 192];
  const plan = planOf([await longTrack(width, height)]);
  const { scratch } = at.settings;
  const finishing = { plan, settings: at.settings, signal: new AbortController().signal, silenceMs: 120_000 };
  const progress: number[] = [];
  const report = (done: number) => progress.push(done);
  const chunks = () => readdirSync(scratch).filter((name) => /chunk-\w+\.json$/.test(name));

  const ended = runFinisher({ ...finishing, io: at.io, report }).catch((error: unknown) => error);
  const finisher = await vi.waitFor(
    () => {
      const [starter] = chunks().length > 0 ? startersIn(scratch) : [];
      return starter ?? expect.fail('no ffmpeg is encoding the second chunk');
    },
    { timeout: 60_000, interval: 5 },
  );
  const environment = readFileSync(`/proc/${finisher}/environ`, 'utf8').split('\0');
  const names = environment.flatMap((line) => line.split('=', 1)).filter((name) => name !== '');
  // Beside them only what Node tells a child of its own.
  expect(names.filter((name) => !name.startsWith('NODE_CHANNEL_')).sort()).toEqual(['PATH', 'TZ']);
  process.kill(finisher, 'SIGKILL');
  expect(await ended).toMatchObject({ again: true, message: expect.stringContaining('SIGKILL') });
  await vi.waitFor(() => expect(startersIn(scratch)).toEqual([]));
  const kept = chunks();
  expect(kept).toHaveLength(1);

  let reads = 0;
  const read = (file: string) => at.io.read(file).finally(() => reads++);
  const { files } = await runFinisher({ ...finishing, io: { ...at.io, read }, report });
  expect(chunks()).toEqual(expect.arrayContaining(kept));
  expect(reads).toBe(TIMES - CHUNK);
  expect(startersIn(scratch)).toEqual([]);
  const codes = (await seePictures(at.path(files[0]?.file ?? ''))).map(({ code }) => code);
  expect(codes).toEqual(Array.from({ length: TIMES * SEGMENT * FPS }, (_, i) => i % (SEGMENT * FPS)));
}, 120_000);

it('is ended when it is stuck, and is to be tried again', async () => {
  at = await FinishFolder.make({ format: 'webm' });
  const options = { folder: at.folder, seconds: 1, trackId: 'c', codec: 'opus', at: START } as const;
  const plan = planOf([await recordTrack({ ...options, source: 'microphone' })]);
  const read = async (file: string) => {
    for (const pid of finishers()) process.kill(pid, 'SIGSTOP');
    return await at.io.read(file);
  };
  const finishing = { plan, settings: at.settings, io: { ...at.io, read }, report: () => undefined };
  const { signal } = new AbortController();
  await expect(runFinisher({ ...finishing, signal, silenceMs: 3_000 })).rejects.toMatchObject({
    again: true,
    message: expect.stringContaining('stuck'),
  });
  expect(finishers()).toEqual([]);
});
