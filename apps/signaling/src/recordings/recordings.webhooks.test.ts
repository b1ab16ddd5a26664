import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { WebhookEvent } from '@parley/protocol/webhook';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TestNode } from '../testing/test-node.ts';
import { TestReceiver } from '../testing/test-receiver.ts';
import { TestRecorder } from '../testing/test-recorder.ts';
import { finishedFile, inside, part, TestReporter } from '../testing/test-recording.ts';
import { ask, joinRoom } from '../testing/test-socket.ts';
import { RecordingObject } from './recording-object.ts';

// As vitest.config.ts has them.
const URLS = ['https://a.example/hook', 'https://b.example/hook'] as const;

let receiver: TestReceiver;
beforeEach(() => {
  receiver = TestReceiver.start();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const names = (url: string) => receiver.events(url).map(({ event }) => event);

/** Starts and stops a recording, of which a recorder has told all. */
async function record(): Promise<{ recordingId: string; reporter: TestReporter; recorder: TestRecorder }> {
  await joinRoom('told', 'Ann');
  await (await TestNode.start()).serve();
  const recorder = await TestRecorder.start('recorder-1');
  const started = ask('/api/rooms/told/recording/start', { method: 'POST' });
  const { order } = await recorder.record();
  expect((await started).status).toBe(201);
  const { recordingId } = order;
  const reporter = new TestReporter(recordingId, recorder);
  expect((await ask('/api/rooms/told/recording/stop', { method: 'POST' })).status).toBe(200);
  expect((await reporter.report(part(1), true)).status).toBe(200);
  return { recordingId, reporter, recorder };
}

it('tells that a recording began and ended, and what became of it, though a receiver was away', async () => {
  const { recordingId, reporter, recorder } = await record();
  for (const url of URLS) await expect.poll(() => names(url)).toContain('recording-stopped');
  receiver.answer = () => Promise.reject(new TypeError('connection refused'));
  const attempt = Number((await recorder.fleet.next('finish'))['attempt']);
  await reporter.claim(attempt);
  const outcome = { type: 'finished', files: [await finishedFile()], missing: [] };
  await reporter.progress(attempt, 1, outcome);
  const attempts = () =>
    inside(
      recordingId,
      ({ sql }) => sql.exec<{ n: number }>('SELECT MIN(attempts) AS n FROM webhook_urls').one().n,
    );
  await expect.poll(attempts).toBe(1);
  await evictDurableObject(RecordingObject.of(env, recordingId));
  receiver.answer = () => new Response(null, { status: 204 });
  await inside(recordingId, ({ sql }) => void sql.exec('UPDATE webhook_urls SET retry_at = 0'));
  await runDurableObjectAlarm(RecordingObject.of(env, recordingId));
  for (const url of URLS) await expect.poll(() => names(url)).toContain('recording-finished');
  const events = receiver.events(URLS[0]).filter(({ event }) => event.startsWith('recording-'));
  expect(events).toMatchObject([
    { event: 'recording-started', recordingId, roomId: 'told', by: { type: 'api' } },
    { event: 'recording-stopped', recordingId, reason: 'stopped' },
    {
      event: 'recording-finished',
      recordingId,
      roomId: 'told',
      status: 'finished',
      files: [{ id: 'files/participant-p1.webm', participantName: 'Ann' }],
      gaps: [],
    },
  ]);
  for (const event of events) expect(WebhookEvent.parse(event)).toEqual(event);
});

it('tells that a recording has failed, and why', async () => {
  const { reporter, recorder } = await record();
  const attempt = Number((await recorder.fleet.next('finish'))['attempt']);
  await reporter.progress(attempt, 0, {
    type: 'failed',
    message: 'No ffmpeg here; install it.',
    again: false,
  });
  await expect.poll(() => names(URLS[0])).toContain('recording-finished');
  expect(receiver.events(URLS[0]).find(({ event }) => event === 'recording-finished')).toMatchObject({
    status: 'failed',
    error: { code: 'recording_failed', message: 'No ffmpeg here; install it.' },
  });
});
