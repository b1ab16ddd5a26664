import type { FinishPlan } from '@parley/protocol/recording/recorder-api';
import { afterEach, describe, expect, it } from 'vitest';
import { hearBeeps, probe, seeTints } from '../testing/decode.ts';
import { FinishFolder, planOf, START } from '../testing/finish-folder.ts';
import { recordTrack } from '../testing/recorded-track.ts';
import { arrangeGrid, arrangeStage } from './arrange.ts';

const size = { width: 320, height: 180 };
const SECONDS = 8;

const TINTS = { ann: [90, 200], bob: [200, 90], screen: [60, 60] } as const;
type Seen = keyof typeof TINTS | 'none';

let at: FinishFolder;
afterEach(() => at.remove());

/** Ann all the time; Bob from 2 to 6, his camera off from 4 on; Ann's screen from 3 to 5 with one large picture. */
async function room(options: Partial<FinishPlan['options']>): Promise<FinishPlan> {
  const { folder } = at;
  const video = { folder, codec: 'vp8', seconds: 2 } as const;
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
        at: START + 2000,
        tint: [...TINTS.bob],
      }),
      await recordTrack({ ...audio, trackId: 'bm', participantId: 'bob', at: START + 2500, seconds: 3.5 }),
      await recordTrack({
        ...video,
        trackId: 'as',
        participantId: 'ann',
        source: 'screen',
        at: START + 3000,
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
      { ...bob, name: "%{n}':\\Bob, with a long name, 山田", from: START + 2000, to: START + 6000 },
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

/** What is in the middles of boxes at certain seconds. */
async function look(
  file: string,
  boxes: Parameters<typeof middle>[0][],
  seconds: number[],
): Promise<Seen[][]> {
  const tints = await seeTints(file, size, boxes.map(middle));
  return seconds.map((second) => (tints[Math.round(second * 30)] ?? []).map(nearest));
}

describe('a composite', () => {
  it.each(['webm', 'mp4'] as const)('shows in a grid who is there, as %s', async (format) => {
    at = await FinishFolder.make({ format });
    const { files, missing } = await at.finish(await room({ layout: 'grid' }));
    expect(missing).toEqual([]);
    const file = files.find(({ kind }) => kind === 'composite');
    expect(file).toMatchObject({
      file: `files/composite-grid.${format}`,
      layout: 'grid',
      container: format,
      ...size,
    });
    const path = at.path(file?.file ?? '');
    expect(Math.abs((await probe(path)).seconds - SECONDS)).toBeLessThan(0.1);
    const [alone] = arrangeGrid(1, size);
    const [left, right] = arrangeGrid(2, size);
    const [stage, first, second] = arrangeStage(2, size);
    if (!alone || !left || !right || !stage || !first || !second) throw new Error('boxes');
    expect((await look(path, [alone], [0, 1.9, 6.2, 7.9])).flat()).toEqual(['ann', 'ann', 'ann', 'ann']);
    expect(await look(path, [left, right], [2.2, 2.9, 5.2, 5.8])).toEqual([
      ['ann', 'bob'],
      ['ann', 'bob'],
      ['ann', 'none'],
      ['ann', 'none'],
    ]);
    expect(await look(path, [stage, first, second], [3.1, 3.9, 4.2, 4.9])).toEqual([
      ['screen', 'ann', 'bob'],
      ['screen', 'ann', 'bob'],
      ['screen', 'ann', 'none'],
      ['screen', 'ann', 'none'],
    ]);
    const tints = await seeTints(path, size, [{ x: alone.width / 2, y: alone.height * 0.75 }]);
    const flashes = tints.flatMap(([tint], picture) =>
      tint && tint[0] > 125 && picture < 60 ? [picture] : [],
    );
    expect(flashes).toEqual([0, 1, 2, 30, 31, 32]);
    const beeps = await hearBeeps(path);
    const expected = [0, 1, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7].map((beep) => beep * 1000);
    const loud = expected.filter((beep) => beeps.some((heard) => Math.abs(heard - beep) < 30));
    expect(loud).toEqual(expect.arrayContaining([2500, 3500, 4500, 5500]));
    expect(at.progress.at(-1)).toBe(1);
    expect(at.progress).toEqual([...at.progress].sort((a, b) => a - b));
  });

  it('shows who speaks large, and is made of what an attempt before it made', async () => {
    at = await FinishFolder.make();
    const plan = await room({ layout: 'speaker' });
    plan.tracks = plan.tracks.filter(({ source }) => source !== 'screen');
    const stop = new AbortController();
    at.progress.push = (done: number) => {
      if (done > 0.5) stop.abort(new Error('stopped'));
      return Array.prototype.push.call(at.progress, done);
    };
    await expect(at.finish(plan, stop.signal)).rejects.toThrow('stopped');
    at.progress.push = Array.prototype.push;
    const { files } = await at.finish(plan);
    const file = files.find(({ kind }) => kind === 'composite');
    const [stage] = arrangeStage(1, size);
    if (!stage) throw new Error('boxes');
    expect((await look(at.path(file?.file ?? ''), [stage], [2.2, 3.8])).flat()).toEqual(['ann', 'ann']);
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
