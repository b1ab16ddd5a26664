import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebrtcConfig } from '@parley/protocol/config/webrtc-config';
import { type FinishPlan, ProgressRequest } from '@parley/protocol/recording/recorder-api';
import { RecordingOptions } from '@parley/protocol/recording/recording-options';
import { ThrottledLog } from '@parley/service/throttled-log';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EdgeApi } from '../edge/edge-api.ts';
import { planOf } from '../finish/testing/finish-folder.ts';
import { recordTrack } from '../finish/testing/recorded-track.ts';
import { Bucket } from '../storage/bucket.ts';
import { recordingFolder, workFolder } from '../storage/folders.ts';
import { Uploader } from '../storage/uploader.ts';
import { LocalBucket } from '../testing/local-bucket.ts';
import { RecorderEdge } from '../testing/recorder-edge.ts';
import { bucketStorage, diskStorage } from './finish-storage.ts';
import { JOB_PATIENCE, type JobPatience, Jobs } from './jobs.ts';
import { OtherDisks } from './other-disks.ts';

let service: LocalBucket;
let edge: RecorderEdge;
let bucket: Bucket;
let root: string;
let recordingId: string;
let jobs: Jobs;
const events = new ThrottledLog(pino({ level: 'silent' }));

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
  root = await mkdtemp(join(tmpdir(), 'parley-jobs-'));
  recordingId = `rec-${crypto.randomUUID()}`;
});
afterEach(async () => {
  await jobs.close();
  edge.refusesClaims = false;
  await rm(root, { recursive: true, force: true });
});

function start(storage: 'bucket' | 'disk', patience: Partial<JobPatience> = {}): Jobs {
  const meter = { uploaded: () => undefined, retried: () => undefined };
  const uploader = new Uploader({ bucket, settings: service.settings, events, meter });
  const tokens = { token: () => Promise.resolve('token'), dropToken: () => undefined };
  jobs = new Jobs({
    workFolder: workFolder(root),
    config: WebrtcConfig.parse({}),
    edge: new EdgeApi(edge.url, tokens),
    events,
    letGo: () => Promise.resolve(),
    patience: { ...JOB_PATIENCE, ...patience },
    storage: (id, cache, signal, sources) => {
      const folder = recordingFolder(root, id);
      const onRetry = () => undefined;
      const others = new OtherDisks({ sources, signal, onGone: onRetry });
      if (storage === 'disk') return diskStorage({ folder, cache, others });
      return bucketStorage({ recordingId: id, folder, cache, bucket, uploader, signal, onRetry, lateMs: 0 });
    },
  });
  return jobs;
}

/** A recording of a second on the disk, and the plan to finish it. */
async function recorded(): Promise<FinishPlan> {
  const folder = join(root, recordingId);
  await mkdir(folder, { recursive: true });
  const track = await recordTrack({
    folder,
    seconds: 1,
    trackId: 'c',
    source: 'microphone',
    codec: 'opus',
    at: Date.UTC(2026, 0, 1),
  });
  return { ...planOf([track]), recordingId, options: RecordingOptions.parse({}) };
}

const outcome = () =>
  edge.progress
    .next((one) => one.recordingId === recordingId && one.outcome !== undefined, 'the outcome')
    .then((one) => ProgressRequest.parse(one).outcome);

describe.each(['disk', 'bucket'] as const)('on the %s', (storage) => {
  it('finishes a recording, and deletes it', async () => {
    const plan = await recorded();
    edge.plans.set(recordingId, plan);
    if (storage === 'bucket') {
      // Another recorder has recorded it.
      for (const { segment } of plan.tracks.flatMap(({ pieces }) => pieces)) {
        const local = join(root, recordingId, segment.file);
        await bucket.put(`${bucket.prefix(recordingId)}${segment.file}`, local, AbortSignal.timeout(5000));
      }
      await rm(join(root, recordingId), { recursive: true });
    }
    start(storage).finish({ recordingId, attempt: 1 });
    const finished = await outcome();
    expect(finished).toMatchObject({ type: 'finished', files: [{ container: 'webm' }], missing: [] });
    const [file] = finished?.type === 'finished' ? finished.files : [];
    const stored =
      storage === 'disk'
        ? await readdir(join(root, recordingId), { recursive: true })
        : (await bucket.list(bucket.prefix(recordingId))).map((key) => key.split(`${recordingId}/`)[1]);
    expect(stored).toContain(file?.file);
    expect(stored).toContain('manifest.json');
    if (storage === 'disk') {
      const manifest = JSON.parse(await readFile(join(root, recordingId, 'manifest.json'), 'utf8'));
      expect(manifest).toMatchObject({ recordingId, files: [{ file: file?.file }] });
    }
    await expect.poll(() => readdir(workFolder(root)), { message: 'no work is left' }).toEqual([]);

    const from = edge.progress.count;
    jobs.delete({ recordingId, attempt: 2 });
    const deleted = await edge.progress.next((one) => one.attempt === 2, 'its end', { from });
    expect(deleted.outcome).toEqual({ type: 'deleted' });
    expect(await readdir(root)).not.toContain(recordingId);
    expect(await bucket.list(bucket.prefix(recordingId))).toEqual([]);
  });
});

it('what an upload stores that was given up when its recording was deleted is deleted too', async () => {
  const file = join(root, 'late');
  await writeFile(file, 'late');
  const put = (name: string) =>
    bucket.put(`${bucket.prefix(recordingId)}${name}`, file, AbortSignal.timeout(20_000));
  await put('1/t/000000.webm');
  const remove = bucket.delete.bind(bucket);
  const spy = vi.spyOn(bucket, 'delete').mockImplementationOnce(async (key) => {
    await remove(key);
    await put('1/t/000001.webm');
  });
  start('bucket').delete({ recordingId, attempt: 1 });
  expect(await outcome()).toEqual({ type: 'deleted' });
  expect(await bucket.list(bucket.prefix(recordingId))).toEqual([]);
  spy.mockRestore();
});

describe('jobs', () => {
  it('a claim that is refused is somebody else’s', async () => {
    const from = edge.progress.count;
    start('disk').finish({ recordingId, attempt: 1 });
    await expect.poll(() => jobs.count).toBe(0);
    expect(edge.progress.all.slice(from)).toEqual([]);
  });

  it('a claim that the edge cannot answer is a failed attempt, which says so: no other has its turn before', async () => {
    edge.refusesClaims = true;
    edge.plans.set(recordingId, await recorded());
    start('disk', { claimMs: 1_500 }).finish({ recordingId, attempt: 1 });
    const message = 'The edge could not say what there is to finish: The server failed.';
    expect(await outcome()).toEqual({ type: 'failed', message, again: true });
    await expect.poll(() => jobs.count).toBe(0);
  });

  it('so many at once: the next is claimed when one has ended', async () => {
    const [first, second] = [recordingId, `${recordingId}-2`];
    edge.plans.set(first, await recorded());
    edge.plans.set(second, { ...(await recorded()), recordingId: second });
    const from = edge.claims.count;
    start('disk').finish({ recordingId: first, attempt: 1 });
    jobs.finish({ recordingId: second, attempt: 1 });
    await edge.claims.next((id) => id === first, 'the first claim', { from });
    expect(jobs.count).toBe(2);
    expect(edge.claims.all.slice(from), 'the other one waits').toEqual([first]);
    await outcome();
    await edge.claims.next((id) => id === second, 'the second claim', { from });
    await expect.poll(() => jobs.count, { timeout: 15_000 }).toBe(0);
  });

  it('a plan that cannot be carried out is told to be so', async () => {
    const plan = await recorded();
    edge.plans.set(recordingId, plan);
    await rm(join(root, recordingId), { recursive: true });
    await writeFile(join(root, recordingId), 'no folder');
    start('disk').finish({ recordingId, attempt: 1 });
    const failed = await outcome();
    expect(failed).toMatchObject({ type: 'failed' });
    expect(JSON.stringify(failed)).not.toContain('    at ');
  });
});
