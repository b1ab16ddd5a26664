import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { hearBeeps, probe, seePictures } from './testing/decode.ts';
import { FinishFolder, planOf, START } from './testing/finish-folder.ts';
import { FPS, recordTrack } from './testing/recorded-track.ts';

const SECONDS = 2;
const folders: FinishFolder[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await folder.remove();
});

async function inFolder(settings: Parameters<typeof FinishFolder.make>[0] = {}) {
  const made = await FinishFolder.make(settings);
  folders.push(made);
  return made;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('what is recorded', () => {
  it.each([
    ['webm', 'vp8', 'webm'],
    ['webm', 'vp9', 'webm'],
    ['webm', 'av1', 'webm'],
    ['webm', 'h264', 'mp4'],
    ['mp4', 'vp9', 'mp4'],
    ['mp4', 'vp8', 'mp4'],
  ] as const)('asked for as %s, of %s, is one seekable file', async (format, codec, container) => {
    const at = await inFolder({ format });
    const track = { folder: at.folder, seconds: SECONDS, at: START, cut: 1 };
    const camera = await recordTrack({ ...track, trackId: 'camera', source: 'camera', codec });
    const microphone = await recordTrack({
      ...track,
      trackId: 'microphone',
      source: 'microphone',
      codec: 'opus',
    });
    const { files, missing } = await at.finish(planOf([camera, microphone]));
    expect(missing).toEqual([]);
    const [file] = files;
    expect(files).toHaveLength(1);
    expect(file).toMatchObject({
      file: `files/participant-p1.${container}`,
      container,
      width: 160,
      height: 96,
    });
    expect(Math.abs((file?.from ?? 0) - START)).toBeLessThan(10);

    const path = at.path(file?.file ?? '');
    const seen = await seePictures(path);
    expect(seen.map(({ code }) => code)).toEqual(range(0, SECONDS * FPS));
    for (const { ms, code } of seen) expect(Math.abs(ms - (code * 1000) / FPS)).toBeLessThanOrEqual(12);
    const beeps = await hearBeeps(path);
    const flashes = seen.filter(({ flash, code }) => flash && code % FPS === 0).map(({ ms }) => ms);
    expect(beeps).toHaveLength(SECONDS);
    for (const [i, beep] of beeps.entries())
      expect(Math.abs(beep - (flashes[i] ?? 0))).toBeLessThanOrEqual(25);
    const { seconds, format: said } = await probe(path);
    expect(said).toContain(container);
    expect(Math.abs(seconds - SECONDS)).toBeLessThan(0.1);
    expect(Math.abs((file?.durationMs ?? 0) - SECONDS * 1000)).toBeLessThan(100);
    const seek = 1.7;
    const [landed] = await seePictures(path, { seek, most: 1 });
    expect(Math.abs((landed?.code ?? 0) - seek * FPS)).toBeLessThanOrEqual(1);
    expect(at.progress.at(-1)).toBe(1);
    expect(at.progress).toEqual([...at.progress].sort((a, b) => a - b));
  });

  it('is put where it was in time, though tracks begin at different times and their clocks drift', async () => {
    const at = await inFolder();
    const track = { folder: at.folder, seconds: SECONDS, cut: 1 };
    const camera = await recordTrack({
      ...track,
      trackId: 'c',
      source: 'camera',
      codec: 'vp8',
      at: START,
      drift: 1.01,
    });
    const microphone = await recordTrack({
      ...{ ...track, trackId: 'm', source: 'microphone', codec: 'opus', at: START + 1500, drift: 0.99 },
    });
    const { files } = await at.finish(planOf([camera, microphone]));
    const path = at.path(files[0]?.file ?? '');
    for (const { ms, code } of await seePictures(path)) {
      expect(Math.abs(ms - (code * 1000) / FPS / 1.01)).toBeLessThanOrEqual(5);
    }
    const beeps = await hearBeeps(path);
    expect(beeps).toHaveLength(SECONDS);
    for (const [i, beep] of beeps.entries()) {
      expect(Math.abs(beep - (1500 + (i * 1000) / 0.99))).toBeLessThanOrEqual(25);
    }
  });

  it('goes on where another recorder took over', async () => {
    const at = await inFolder();
    const track = { folder: at.folder, trackId: 'c', source: 'camera', codec: 'vp8', cut: 1 } as const;
    const first = await recordTrack({ ...track, seconds: SECONDS, at: START });
    const second = await recordTrack({ ...track, seconds: SECONDS, at: START + 1000, epoch: 2, first: 30 });
    const pieces = [...first.pieces.map((piece) => ({ ...piece, until: START + 1000 })), ...second.pieces];
    const { files } = await at.finish(planOf([{ ...first, pieces }]));
    const seen = await seePictures(at.path(files[0]?.file ?? ''));
    expect(seen.map(({ code }) => code)).toEqual(range(0, 90));
  });

  it('leaves out what cannot be read, up to the next key frame, and says so', async () => {
    const at = await inFolder();
    const track = { folder: at.folder, seconds: 3, at: START, cut: 1 };
    const camera = await recordTrack({ ...track, trackId: 'c', source: 'camera', codec: 'vp8' });
    const microphone = await recordTrack({ ...track, trackId: 'm', source: 'microphone', codec: 'opus' });
    await writeFile(at.path(camera.pieces[1]?.segment.file ?? ''), 'not what was recorded');
    const { files, missing } = await at.finish(planOf([camera, microphone]));
    expect(missing).toEqual([{ from: START + 1000, to: START + 2000 }]);
    const path = at.path(files[0]?.file ?? '');
    expect((await seePictures(path)).map(({ code }) => code)).toEqual([...range(0, 30), ...range(60, 90)]);
    expect(await hearBeeps(path)).toHaveLength(3);
  });

  it('is encoded again where the codec or, with it, the size changes', async () => {
    const at = await inFolder();
    const track = { folder: at.folder, source: 'camera', cut: 1 } as const;
    const small = await recordTrack({ ...track, trackId: 'a', codec: 'vp8', seconds: 1, at: START });
    const large = await recordTrack({
      ...{
        ...track,
        trackId: 'b',
        codec: 'h264',
        seconds: 1,
        at: START + 1000,
        first: 30,
        width: 320,
        height: 192,
      },
    });
    const { files } = await at.finish(planOf([small, large]));
    expect(files[0]).toMatchObject({ container: 'webm', width: 320, height: 192 });
    const path = at.path(files[0]?.file ?? '');
    expect((await probe(path)).codecs).toEqual(['vp8']);
    expect((await seePictures(path)).map(({ code }) => code)).toEqual(range(0, 60));
  });

  it('is a sound file of who has only sound, two files of who shares a screen, none of who gave nothing', async () => {
    const at = await inFolder();
    const track = { folder: at.folder, seconds: 2, at: START };
    const plan = planOf([
      await recordTrack({ ...track, trackId: 'm', source: 'microphone', codec: 'opus' }),
      await recordTrack({ ...track, trackId: 's', source: 'screen', codec: 'vp8' }),
      {
        trackId: 'n',
        participantId: 'p2',
        kind: 'audio',
        source: 'microphone',
        mimeType: 'audio/opus',
        pieces: [],
      },
    ]);
    const { files } = await at.finish(plan);
    expect(files.map(({ file, mimeType, width }) => [file, mimeType, width])).toEqual([
      ['files/participant-p1.webm', 'audio/webm; codecs="opus"', undefined],
      ['files/screen-p1.webm', 'video/webm; codecs="vp8"', 160],
    ]);
  });
});
