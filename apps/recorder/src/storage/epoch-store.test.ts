import { createHash } from 'node:crypto';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@parley/service/testing/inbox';
import { ThrottledLog } from '@parley/service/throttled-log';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EdgeApi } from '../edge/edge-api.ts';
import { LocalBucket } from '../testing/local-bucket.ts';
import { aTrack, makeSegment } from '../testing/make-segment.ts';
import { RecorderEdge } from '../testing/recorder-edge.ts';
import { Bucket } from './bucket.ts';
import { EpochStore, type StoreContext } from './epoch-store.ts';
import { recover } from './recovery.ts';
import { Uploader } from './uploader.ts';

let service: LocalBucket;
let edge: RecorderEdge;
let bucket: Bucket;
let root: string;
let scarce = false;
let recordingId: string;
let opened: EpochStore[] = [];

beforeAll(async () => {
  service = await LocalBucket.start();
  edge = await RecorderEdge.start();
  bucket = new Bucket(service.settings);
});
afterAll(async () => {
  bucket.close();
  await edge.close();
  await service.close();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-store-'));
  recordingId = `rec-${crypto.randomUUID()}`;
  scarce = false;
});
afterEach(async () => {
  service.away = false;
  edge.refusesPosts = undefined;
  edge.unwanted = [];
  await Promise.all(opened.map((store) => store.close()));
  opened = [];
  await rm(root, { recursive: true, force: true });
});

function context(storage: 'bucket' | 'disk'): StoreContext {
  const events = new ThrottledLog(pino({ level: 'silent' }));
  const meter = { uploaded: () => undefined, retried: () => undefined };
  const tokens = { token: () => Promise.resolve('token'), dropToken: () => undefined };
  return {
    root,
    uploader:
      storage === 'disk' ? undefined : new Uploader({ bucket, settings: service.settings, events, meter }),
    edge: new EdgeApi(edge.url, tokens),
    disk: {
      get scarce() {
        return scarce;
      },
    },
    events,
    reportMs: 50,
    onSegment: () => undefined,
  };
}

async function start(storage: 'bucket' | 'disk', epoch = 1): Promise<EpochStore> {
  const folder = join(root, recordingId);
  const id = { recordingId, roomId: 'room', epoch };
  const { store } = await EpochStore.open(context(storage), id, folder);
  opened.push(store);
  return store;
}

async function add(store: EpochStore, ...indices: number[]): Promise<string[]> {
  const segments = await Promise.all(
    indices.map((index) => makeSegment(store.folder, index, store.id.epoch)),
  );
  for (const segment of segments) store.onSegment(segment);
  return segments.map(({ sha256 }) => sha256);
}

/** What the bucket has of the recording: checksums by key. */
async function inBucket(): Promise<Record<string, string>> {
  const keys = await bucket.list(bucket.prefix(recordingId));
  const all: [string, string][] = [];
  for (const key of keys) {
    const local = join(root, 'fetched');
    await bucket.get(key, local);
    const content = await readFile(local);
    all.push([key.split('/').at(-1) ?? '', createHash('sha256').update(content).digest('hex')]);
  }
  return Object.fromEntries(all);
}

const reportedFiles = () =>
  edge
    .reported(recordingId)
    .segments.map(({ index }) => index)
    .sort((a, b) => a - b);

describe('a bucket', () => {
  it('gets each segment, and the edge hears of it only then; at the end nothing is left here', async () => {
    const store = await start('bucket');
    store.onTrack(aTrack());
    service.away = true;
    const sums = await add(store, 0, 1);
    await until(() => service.cut > 0, 'an upload fails');
    await until(() => edge.reported(recordingId).tracks.length > 0, 'the track is told');
    expect(edge.reported(recordingId).segments, 'nobody finds them yet').toEqual([]);
    service.away = false;
    await until(() => reportedFiles().length === 2, 'both are told');
    expect(await inBucket()).toEqual({ '000000.webm': sums[0], '000001.webm': sums[1] });
    expect(await readdir(join(store.folder, '1', 't')), 'the copies stay for now').toHaveLength(2);
    expect(edge.reported(recordingId).complete).toBe(false);
    store.end();
    expect(await store.done).toBe(true);
    expect(edge.reported(recordingId).complete).toBe(true);
    expect(await readdir(root), 'the folder is gone').not.toContain(recordingId);
    expect(reportedFiles(), 'nothing is told twice').toEqual([0, 1]);
  });

  it('that is away for the end of the recording gets all of it later', async () => {
    service.away = true;
    const store = await start('bucket');
    await add(store, 0, 1, 2, 3, 4, 5, 6, 7);
    store.end();
    const before = service.cut;
    await until(() => service.cut > before + 8, 'uploads are tried again');
    expect(edge.reported(recordingId).complete).toBe(false);
    service.away = false;
    expect(await store.done).toBe(true);
    expect(Object.keys(await inBucket())).toHaveLength(8);
    expect(reportedFiles()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('has a copy, so that the disk is cleared when it gets scarce', async () => {
    scarce = true;
    const store = await start('bucket');
    await add(store, 0);
    await until(() => reportedFiles().length === 1, 'it is told');
    await until(async () => (await readdir(join(store.folder, '1', 't'))).length === 0, 'the copy goes');
    expect(Object.keys(await inBucket())).toEqual(['000000.webm']);
  });

  it('has a copy of what was told before the disk got scarce, too', async () => {
    const store = await start('bucket');
    await add(store, 0, 1);
    await until(() => reportedFiles().length === 2, 'both are told');
    service.away = true;
    await add(store, 2);
    await store.spare();
    expect(await readdir(join(store.folder, '1', 't')), 'what is nowhere else stays').toEqual([
      '000002.webm',
    ]);
  });

  it('loses what the edge refuses', async () => {
    edge.unwanted = ['1/t/000001.webm'];
    const store = await start('bucket');
    await add(store, 0, 1);
    store.end();
    expect(await store.done).toBe(true);
    expect(Object.keys(await inBucket())).toEqual(['000000.webm']);
  });
});

describe('a disk', () => {
  it('keeps all of it', async () => {
    const store = await start('disk');
    store.onTrack(aTrack());
    store.onParticipant({ participantId: 'p', name: 'Ann', from: 1 });
    store.onGap({ trackId: 't', from: 1, to: 2, reason: 'muted' });
    await add(store, 0);
    store.end();
    expect(await store.done).toBe(true);
    expect(edge.reported(recordingId)).toMatchObject({
      complete: true,
      participants: [{ name: 'Ann' }],
      gaps: [{ reason: 'muted' }],
      segments: [{ index: 0 }],
    });
    expect(await readdir(join(store.folder, '1', 't'))).toEqual(['000000.webm']);
    expect(await recover(context('disk')), 'nothing is left to do').toEqual([]);
  });

  it('an edge that refuses or is away is told again', async () => {
    edge.refusesPosts = 503;
    const store = await start('disk');
    await add(store, 0);
    store.end();
    await new Promise((resolve) => setTimeout(resolve, 300));
    edge.refusesPosts = undefined;
    expect(await store.done).toBe(true);
    expect(reportedFiles()).toEqual([0]);
  });
});

it('takes the end of one turn, with its folder, while the next one begins', async () => {
  for (let epoch = 1; epoch <= 40; epoch += 1) {
    // The end of a turn does this.
    const [store] = await Promise.all([
      start('disk', epoch),
      rmdir(join(root, recordingId)).catch(() => undefined),
    ]);
    await store.close();
    await rm(join(root, recordingId), { recursive: true });
    await mkdir(join(root, recordingId));
  }
});

describe('recovery', () => {
  it.each(['bucket', 'disk'] as const)(
    'what a process left on its way to the %s is told by the next',
    async (storage) => {
      edge.refusesPosts = 503;
      service.away = true;
      const store = await start(storage);
      store.onTrack(aTrack());
      await add(store, 0, 1);
      await store.close();
      // What a crash leaves: a torn line, a segment that was open, one that no line tells of.
      await appendFile(join(store.folder, 'journal-1.jsonl'), '{"type":"segm');
      await writeFile(join(store.folder, '1', 't', '000002.webm.part'), 'torn');
      await makeSegment(store.folder, 3);
      edge.refusesPosts = undefined;
      service.away = false;
      const [next, ...others] = await recover(context(storage));
      expect(others).toEqual([]);
      if (next === undefined) throw new Error('nothing is recovered');
      opened.push(next);
      expect(await next.done).toBe(true);
      expect(edge.reported(recordingId)).toMatchObject({ complete: true, tracks: [{ trackId: 't' }] });
      expect(reportedFiles()).toEqual([0, 1]);
      if (storage === 'bucket') {
        expect(Object.keys(await inBucket())).toEqual(['000000.webm', '000001.webm']);
        expect(await readdir(root)).not.toContain(recordingId);
      } else {
        expect(await readdir(join(store.folder, '1', 't'))).toEqual(['000000.webm', '000001.webm']);
      }
    },
  );

  it('a segment that was whole, and had no name yet, gets it', async () => {
    const store = await start('disk');
    store.onTrack(aTrack());
    const segments = [await makeSegment(store.folder, 0), await makeSegment(store.folder, 1)];
    const part = (index: number) => join(store.folder, segments[index]?.file ?? '');
    for (const [index, segment] of segments.entries()) {
      await rename(part(index), `${part(index)}.part`);
      await store.onSealed(segment);
    }
    await store.close();
    await appendFile(`${part(1)}.part`, 'and more, which is no segment');
    const [next] = await recover(context('disk'));
    if (next === undefined) throw new Error('nothing is recovered');
    opened.push(next);
    expect(await next.done).toBe(true);
    expect(await readdir(join(store.folder, '1', 't'))).toEqual(['000000.webm']);
    expect(reportedFiles()).toContain(0);
  });

  it('leaves alone what is none of its own', async () => {
    await mkdir(join(root, 'holiday'), { recursive: true });
    await writeFile(join(root, 'holiday', 'video.mp4'), 'mine');
    await writeFile(join(root, 'journal-1.jsonl'), 'mine');
    expect(await recover(context('disk'))).toEqual([]);
    expect(await readdir(join(root, 'holiday'))).toEqual(['video.mp4']);
  });
});
