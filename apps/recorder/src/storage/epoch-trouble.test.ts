import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@parley/service/testing/inbox';
import { ThrottledLog } from '@parley/service/throttled-log';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { EdgeApi } from '../edge/edge-api.ts';
import { aTrack, makeSegment } from '../testing/make-segment.ts';
import { RecorderEdge } from '../testing/recorder-edge.ts';
import { EpochStore, type StoreContext } from './epoch-store.ts';
import { recover } from './recovery.ts';

/** A small disk has to be mounted. */
const isRoot = process.getuid?.() === 0;

let edge: RecorderEdge;
let root: string;
let recordingId: string;
beforeAll(async () => {
  edge = await RecorderEdge.start();
});
afterAll(() => edge.close());
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-store-'));
  if (isRoot) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', root]);
  recordingId = `rec-${crypto.randomUUID()}`;
});
afterEach(async () => {
  edge.refusesPosts = undefined;
  if (isRoot) execFileSync('umount', ['--lazy', root]);
  await rm(root, { recursive: true, force: true });
});

function context(): StoreContext {
  const tokens = { token: () => Promise.resolve('token'), dropToken: () => undefined };
  return {
    root,
    uploader: undefined,
    edge: new EdgeApi(edge.url, tokens),
    disk: { scarce: false },
    events: new ThrottledLog(pino({ level: 'silent' })),
    reportMs: 50,
    onSegment: () => undefined,
  };
}

async function open(): Promise<EpochStore> {
  const folder = join(root, recordingId);
  await mkdir(folder, { recursive: true });
  const { store } = await EpochStore.open(context(), { recordingId, roomId: 'room', epoch: 1 }, folder);
  return store;
}

it('a report that is refused for a while, by whoever stands before the edge, is made again', async () => {
  edge.refusesPosts = 403;
  const store = await open();
  store.onTrack(aTrack());
  const before = edge.refusedPosts;
  await until(() => edge.refusedPosts > before, 'a report is refused');
  edge.refusesPosts = undefined;
  store.onSegment(await makeSegment(store.folder, 0, 1));
  store.end();
  expect(await store.done).toBe(true);
  expect(edge.reported(recordingId)).toMatchObject({ complete: true, segments: [{ index: 0 }] });
});

it('a journal that cannot be read now is left for the next process', async () => {
  await mkdir(join(root, recordingId, 'journal-1.jsonl'), { recursive: true });
  expect(await recover(context())).toEqual([]);
  expect(await readdir(join(root, recordingId))).toEqual(['journal-1.jsonl']);
});

it.runIf(isRoot)(
  'a full disk keeps nobody from letting go, as who deletes the recording has to',
  async () => {
    const store = await open();
    const big = 'x'.repeat(60);
    await writeFile(join(root, 'filler'), Buffer.alloc(2_000_000)).catch(() => undefined);
    // More than the rest of a page.
    for (let index = 0; index < 100; index += 1)
      store.onParticipant({ participantId: `${index}`, name: big, from: 1 });
    store.end();
    await until(() => edge.reported(recordingId).complete, 'all is told');
    await store.close();
    expect(await store.done).toBe(true);
  },
);
