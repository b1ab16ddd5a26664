import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FinishPlan } from '@parley/protocol/recording/recorder-api';
import { afterEach, describe, expect, it } from 'vitest';
import { hearBeeps, probe, seeTints } from '../testing/decode.ts';
import { FinishFolder, planOf, START } from '../testing/finish-folder.ts';
import { recordTrack } from '../testing/recorded-track.ts';
import { arrangeGrid, arrangeStage } from './arrange.ts';

const size = { width: 320, height: 180 };
const SECONDS = 4;

const TINTS = { ann: [90, 200], bob: [200, 90], screen: [60, 60] } as const;
type Seen = keyof typeof TINTS | 'none';

let at: FinishFolder;
afterEach(() => at.remove());

/** Ann all the time; Bob from 1 to 3, his camera off from 2 on; Ann's screen from 1.5 to 2.5 with one large picture. */
async function room(options: Partial<FinishPlan['options']>): Promise<FinishPlan> {
  const { folder } = at;
  const video = { folder, codec: 'vp8', seconds: 1 } as const;
  const audio = { folder, codec: 'opus', source: 'microphone', trackId: 'x' } as const;
  const plan = planOf(
    [
      await recordTrack({
        ...video,
        trackId: 'ac',
        participantId: 'ann',
        source: 'camera',
        at: START,
        seconds: SECONDS,
        tint: [...TINTS.ann],
      }),
      await recordTrack({
        ...audio,
        trackId: 'am',
        participantId: 'ann',
        at: START,
        seconds: SECONDS,
        loudness: 0.1,
      }),
      await recordTrack({
        ...video,
        trackId: 'bc',
        participantId: 'bob',
        source: 'camera',
        at: START + 1000,
        tint: [...TINTS.bob],
      }),
      await recordTrack({ ...audio, trackId: 'bm', participantId: 'bob', at: START + 1250, seconds: 1.75 }),
      await recordTrack({
        ...video,
        trackId: 'as',
        participantId: 'ann',
        source: 'screen',
        at: START + 1500,
        tint: [...TINTS.screen],
      }),
    ],
    { mode: 'composite', resolution: size, ...options },
  );
  const [ann, bob] = plan.participants;
  if (!ann || !bob) throw new Error('two are in the room');
  return {
    ...plan,
    participants: [
      ann,
      { ...bob, name: "%{n}':\\Bob, with a long name, 山田", from: START + 1000, to: START + 3000 },
    ],
  };
}

const middle = ({ x, y, width, height }: { x: number; y: number; width: number; height: number }) => ({
  x: x + width / 2,
  y: y + height / 4,
});

function nearest([, cb, cr]: [number, number, number]): Seen {
  for (const [name, [b, r]] of Object.entries(TINTS) as [Seen, readonly [number, number]][]) {
    if (Math.hypot(cb - b, cr - r) < 25) return name;
  }
  return 'none';
}

/** What is seen in the middles of boxes, by the second. */
function seenAt(pictures: [number, number, number][][], second: number): Seen[] {
  return (pictures[Math.round(second * 30)] ?? []).map(nearest);
}

describe('a composite', () => {
  it('shows in a grid who is there', async () => {
    at = await FinishFolder.make();
    const { files, missing } = await at.finish(await room({ layout: 'grid' }));
    expect(missing).toEqual([]);
    const file = files.find(({ kind }) => kind === 'composite');
    const named = { file: 'files/composite-grid.webm', layout: 'grid', container: 'webm' };
    expect(file).toMatchObject({ ...named, ...size });
    const path = at.path(file?.file ?? '');
    expect(Math.abs((await probe(path)).seconds - SECONDS)).toBeLessThan(0.1);
    const grids = [...arrangeGrid(1, size), ...arrangeGrid(2, size)];
    const [alone] = grids;
    if (!alone) throw new Error('a box');
    const below = { x: alone.width / 2, y: alone.height * 0.75 };
    const boxes = [...grids, ...arrangeStage(2, size)];
    const pictures = await seeTints(path, size, [...boxes.map(middle), below]);
    for (const second of [0, 0.9, 3.2, 3.9]) expect(seenAt(pictures, second).slice(0, 1)).toEqual(['ann']);
    expect([1.1, 1.4, 2.6, 2.9].map((second) => seenAt(pictures, second).slice(1, 3))).toEqual([
      ['ann', 'bob'],
      ['ann', 'bob'],
      ['ann', 'none'],
      ['ann', 'none'],
    ]);
    expect([1.6, 1.9, 2.1, 2.4].map((second) => seenAt(pictures, second).slice(3, 6))).toEqual([
      ['screen', 'ann', 'bob'],
      ['screen', 'ann', 'bob'],
      ['screen', 'ann', 'none'],
      ['screen', 'ann', 'none'],
    ]);
    // While Ann is alone.
    const flashes = pictures.flatMap((tints, picture) =>
      (tints.at(-1)?.[0] ?? 0) > 125 && (picture < 30 || picture >= 90) ? [picture] : [],
    );
    expect(flashes).toEqual([0, 1, 2, 90, 91, 92]);
    const beeps = await hearBeeps(path);
    const loud = [1250, 2250].filter((beep) => beeps.some((heard) => Math.abs(heard - beep) < 30));
    expect(loud, `of Bob, heard at ${beeps}`).toEqual([1250, 2250]);
    expect(at.progress.at(-1)).toBe(1);
    expect(at.progress).toEqual([...at.progress].sort((a, b) => a - b));
  });

  it('shows who speaks large, and is made of what an attempt before it made', async () => {
    at = await FinishFolder.make({ format: 'mp4' });
    const plan = await room({ layout: 'speaker' });
    plan.tracks = plan.tracks.filter(({ source }) => source !== 'screen');
    const { scratch } = at.settings;
    const scenes = () =>
      readdirSync(scratch)
        .filter((name) => /^scene-\w+\.json$/.test(name))
        .map((name) => [name, statSync(join(scratch, name)).mtimeMs]);
    const stop = new AbortController();
    at.onProgress = () => {
      if (scenes().length > 0) stop.abort(new Error('stopped'));
    };
    await expect(at.finish(plan, stop.signal)).rejects.toThrow('stopped');
    const before = scenes();
    expect(before.length).toBeGreaterThan(0);
    at.onProgress = undefined;
    const { files } = await at.finish(plan);
    const after = scenes();
    expect(after.length).toBeGreaterThan(before.length);
    expect(after).toEqual(expect.arrayContaining(before));
    const file = files.find(({ kind }) => kind === 'composite');
    expect(file).toMatchObject({ file: 'files/composite-speaker.mp4', container: 'mp4' });
    const path = at.path(file?.file ?? '');
    expect((await probe(path)).codecs).toEqual(['h264', 'opus']);
    const pictures = await seeTints(path, size, arrangeStage(1, size).map(middle));
    for (const second of [1.1, 1.8]) expect(seenAt(pictures, second).slice(0, 1)).toEqual(['ann']);
  });

  it('is the mixed sound where only sound was recorded', async () => {
    at = await FinishFolder.make();
    const plan = await room({ audioOnly: true });
    plan.tracks = plan.tracks.filter(({ kind }) => kind === 'audio');
    const { files } = await at.finish(plan);
    const file = files.find(({ kind }) => kind === 'composite');
    expect(file?.mimeType).toBe('audio/webm; codecs="opus"');
    expect((await probe(at.path(file?.file ?? ''))).codecs).toEqual(['opus']);
  });
});
