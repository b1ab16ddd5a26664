import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { FinishPlan } from '@parley/protocol/recording/recorder-api';
import { Recording } from '@parley/protocol/rest';
import type { Job } from '@parley/recording/job';
import { beforeEach, expect, it } from 'vitest';
import { FleetObject } from '../fleet/fleet-object.ts';
import { call } from '../testing/api.ts';
import { TestNode } from '../testing/test-node.ts';
import { TestRecorder } from '../testing/test-recorder.ts';
import { finishedFile, inside, later, open, part, segment, TestReporter } from '../testing/test-recording.ts';
import { joinRoom } from '../testing/test-socket.ts';
import { RecordingObject } from './recording-object.ts';

const ID = 'rec-1';
let recorder: TestRecorder;
let reporter: TestReporter;
beforeEach(async () => {
  recorder = await TestRecorder.start('recorder-1');
  reporter = new TestReporter(ID, recorder);
});

const recording = () => RecordingObject.of(env, ID);
const show = async () => Recording.parse((await call('GET', `/api/recordings/${ID}`)).body);
const status = async () => (await show()).status;

/** A recording that is over, of which everything was told. */
async function recorded(): Promise<void> {
  await open(ID);
  await recording().turn({ epoch: 1, recorderId: 'recorder-1', at: Date.now() });
  expect((await reporter.report(part(1))).status).toBe(200);
  await recording().stopped({ at: Date.now(), reason: 'stopped' });
  await reporter.report(part(1, { segments: [segment(1, 1)] }), true);
}

/** Whoever is asked next to finish it: what it was asked. */
async function asked(by = recorder): Promise<number> {
  const { recordingId, attempt } = await by.fleet.next('finish');
  expect(recordingId).toBe(ID);
  return Number(attempt);
}

/** Finishes what is asked for next. */
async function finish(): Promise<void> {
  const attempt = await asked();
  await reporter.claim(attempt);
  const outcome = { type: 'finished', files: [await finishedFile()], missing: [] };
  expect((await reporter.progress(attempt, 1, outcome)).status).toBe(204);
}

it('keeps what recorders report, has it finished, and shows the files', async () => {
  await open(ID, { by: { type: 'api', name: 'k' } });
  expect(await status()).toBe('starting');
  await recording().turn({ epoch: 1, recorderId: 'recorder-1', at: Date.now() });
  await reporter.report(part(1));
  expect(await show()).toMatchObject({
    id: ID,
    roomId: 'standup',
    status: 'recording',
    startedBy: { type: 'api', name: 'k' },
    bytes: 1000,
    participants: [{ participantId: 'p-1', name: 'Ann', identity: 'ann' }],
    files: [],
  });
  await recording().stopped({ at: Date.now(), reason: 'stopped' });
  expect(await show()).toMatchObject({ status: 'finishing', progress: 0 });
  await reporter.report(part(1, { segments: [segment(1, 1)] }), true);
  const attempt = await asked();
  const plan = FinishPlan.parse((await reporter.claim(attempt)).body);
  expect(plan.tracks.map(({ trackId, pieces }) => [trackId, pieces.length])).toEqual([['t-1', 2]]);
  expect((await reporter.progress(attempt, 0.4)).status).toBe(204);
  expect(await show()).toMatchObject({ status: 'finishing', progress: 0.4 });
  const file = await finishedFile();
  await reporter.progress(attempt, 1, { type: 'finished', files: [file], missing: [{ from: 5, to: 6 }] });
  const finished = await show();
  expect(finished).toMatchObject({
    status: 'finished',
    bytes: 2000 + file.bytes,
    gaps: [{ reason: 'disk', from: 5, to: 6 }],
    files: [{ id: file.file, participantId: 'p-1', participantName: 'Ann', durationMs: 10_000 }],
  });
  expect(finished.files[0]).not.toHaveProperty('sha256');
});

it('takes the same part again as nothing, and refuses what is of an epoch that somebody else has', async () => {
  await open(ID);
  await recording().turn({ epoch: 1, recorderId: 'recorder-1', at: Date.now() });
  const same = part(1);
  for (let n = 0; n < 3; n++) expect((await reporter.report(same)).body).toEqual({ refused: [] });
  expect((await show()).bytes).toBe(1000);
  const other = new TestReporter(ID, await TestRecorder.start('recorder-2'));
  expect((await other.report(part(1))).body).toEqual({ refused: ['1/t-1/000000.webm'] });
  expect((await show()).bytes).toBe(1000);
});

it('is kept from who is no recorder, and says what is wrong with a body', async () => {
  await open(ID);
  const nobody = new TestReporter(ID, { token: 'x.y.z' });
  expect((await nobody.report(part(1))).body).toMatchObject({ code: 'node_not_enrolled' });
  expect((await reporter.progress(1, 7)).body).toMatchObject({ code: 'invalid_message' });
  const far = { ...part(1), segments: [{ ...segment(1, 0), file: '../../etc/passwd' }] };
  expect((await reporter.report(far)).body).toMatchObject({ code: 'invalid_message' });
  const unknown = new TestReporter('rec-none', recorder);
  expect((await unknown.report(part(1))).body).toMatchObject({ code: 'recording_not_found' });
  expect((await unknown.claim(1)).body).toMatchObject({ code: 'assignment_stale' });
  expect((await unknown.progress(1, 0)).body).toMatchObject({ code: 'assignment_stale' });
  expect(await inside('rec-none', async (storage) => [...(await storage.list()).keys()])).toEqual([]);
});

it('has another attempt made when a finisher fails or goes silent, and listens to the current one only', async () => {
  await recorded();
  const other = await TestRecorder.start('recorder-2', { storage: 'bucket' });
  const first = await asked();
  await reporter.claim(first);
  await reporter.progress(first, 0.1, { type: 'failed', message: 'ffmpeg died', again: true });
  expect((await reporter.claim(first)).body).toMatchObject({ code: 'assignment_stale' });
  await later(ID, 10_000);
  const second = await asked(other);
  expect(second).toBe(first + 1);
  await later(ID, 61_000);
  await later(ID, 60_000);
  const third = await asked();
  expect(third).toBe(second + 1);
  const late = await new TestReporter(ID, other).progress(second, 1, {
    type: 'finished',
    files: [],
    missing: [],
  });
  expect(late.body).toMatchObject({ code: 'assignment_stale' });
  expect(await status()).toBe('finishing');
});

it('fails for good where another attempt cannot help, and says why', async () => {
  await recorded();
  const attempt = await asked();
  await reporter.claim(attempt);
  await reporter.progress(attempt, 0, {
    type: 'failed',
    message: 'No ffmpeg here; install it.',
    again: false,
  });
  expect(await show()).toMatchObject({
    status: 'failed',
    error: { code: 'recording_failed', message: 'No ffmpeg here; install it.' },
  });
});

it('finishes anew when a recorder comes back with more', async () => {
  await open(ID);
  await recording().turn({ epoch: 1, recorderId: 'recorder-2', at: Date.now() });
  await recording().turn({ epoch: 2, recorderId: 'recorder-1', at: Date.now() });
  await reporter.report(part(2), true);
  await recording().stopped({ at: Date.now(), reason: 'stopped' });
  await later(ID, 61_000);
  await finish();
  expect(await status()).toBe('finished');
  const back = await TestRecorder.start('recorder-2');
  await new TestReporter(ID, back).report(part(1), true);
  expect(await status()).toBe('finishing');
  expect((await show()).files, 'what there is stays').toHaveLength(1);
});

it('finds nobody to finish, and does so as soon as somebody is there', async () => {
  recorder.fleet.close();
  await expect.poll(() => FleetObject.of(env, 'default').recorders()).toMatchObject([{ up: false }]);
  await recorded();
  await later(ID, 11_000);
  expect(await status()).toBe('finishing');
  recorder = await TestRecorder.start('recorder-1');
  await later(ID, 11_000);
  await asked();
});

it('asks its room when nothing is heard, and is over when the room knows nothing of it', async () => {
  await open(ID);
  await recording().turn({ epoch: 1, recorderId: 'recorder-1', at: Date.now() });
  await later(ID, 121_000);
  expect(await show()).toMatchObject({ status: 'finishing' });
});

it('goes on where its room says so, with the turns that the room knows of', async () => {
  await joinRoom('going', 'Ann');
  await (await TestNode.start()).serve();
  const started = call('POST', '/api/rooms/going/recording/start');
  const { order } = await recorder.record();
  const { recordingId } = order;
  expect((await started).status).toBe(201);
  expect(await inside(recordingId, ({ kv }) => kv.get<Job>('job')?.turns.length)).toBe(1);
  await inside(recordingId, ({ kv }) => kv.put('job', { ...(kv.get('job') as Job), turns: [] }));
  await later(recordingId, 121_000);
  expect((await call('GET', `/api/recordings/${recordingId}`)).body).toMatchObject({ status: 'recording' });
  expect((await new TestReporter(recordingId, recorder).report(part(1))).body).toEqual({ refused: [] });
});

it('keeps what is reported of an epoch that the room could not tell of any more', async () => {
  await open(ID);
  expect((await reporter.report(part(1), true)).body).toEqual({ refused: [] });
  await asked();
});

it('keeps it of every epoch, in whatever order they are reported', async () => {
  await open(ID);
  const other = new TestReporter(ID, await TestRecorder.start('recorder-2'));
  expect((await other.report(part(2), true)).body).toEqual({ refused: [] });
  expect((await reporter.report(part(1), true)).body).toEqual({ refused: [] });
  expect((await show()).bytes).toBe(2000);
});

it('is deleted by who has it; late recorders hear that nothing of it is wanted', async () => {
  await recorded();
  await finish();
  expect((await call('DELETE', `/api/recordings/${ID}`)).status).toBe(204);
  expect((await call('GET', `/api/recordings/${ID}`)).body).toMatchObject({ code: 'recording_not_found' });
  expect((await call('DELETE', `/api/recordings/${ID}`)).body).toMatchObject({ code: 'recording_not_found' });
  const { attempt } = await recorder.fleet.next('delete');
  expect((await reporter.progress(Number(attempt), 1, { type: 'deleted' })).status).toBe(204);
  expect(
    await inside(ID, ({ sql }) =>
      sql.exec(`SELECT name FROM sqlite_master WHERE name = 'manifest'`).toArray(),
    ),
  ).toEqual([]);
  expect((await reporter.report(part(1))).body).toEqual({ refused: ['1/t-1/000000.webm'] });
  await later(ID, 31 * 24 * 60 * 60_000);
  expect(await inside(ID, async (storage) => [...(await storage.list()).keys()])).toEqual([]);
});

it('is deleted when its time is over', async () => {
  await recorded();
  await finish();
  await inside(ID, ({ kv }) => kv.put('job', { ...(kv.get('job') as Job), deletesAt: Date.now() + 60_000 }));
  await evictDurableObject(RecordingObject.of(env, ID));
  expect((await show()).deletesAt).toBeGreaterThan(Date.now());
  await later(ID, 59_000);
  expect(await status()).toBe('finished');
  await later(ID, 2_000);
  await recorder.fleet.next('delete');
  expect((await call('GET', `/api/recordings/${ID}`)).status).toBe(404);
});

it('is not deleted while it goes on', async () => {
  await open(ID);
  expect((await call('DELETE', `/api/recordings/${ID}`)).body).toMatchObject({ code: 'recording_active' });
});
