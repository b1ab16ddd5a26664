import { env } from 'cloudflare:workers';
import { ClaimedPlan, SegmentLinkClaims } from '@parley/protocol/recording/recorder-api';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { expect, it } from 'vitest';
import { IDLE, TestRecorder } from '../testing/test-recorder.ts';
import { open, part, segment, TestReporter } from '../testing/test-recording.ts';
import { RecordingObject } from './recording-object.ts';

const ID = 'rec-1';

/** A recording that three recorders had, each with its own disk, the last of them the most of it. */
async function recorded(isLastFull = false): Promise<TestRecorder[]> {
  await open(ID);
  const url = { publicUrl: 'https://recorder.example/files' };
  const recorders = await Promise.all([
    TestRecorder.start('recorder-1', url),
    TestRecorder.start('recorder-2'),
    TestRecorder.start('recorder-3', url),
  ]);
  if (isLastFull) recorders[2].fleet.send({ type: 'heartbeat', load: { ...IDLE, full: true } });
  const recording = RecordingObject.of(env, ID);
  for (const [index, recorder] of [...recorders, recorders[0]].entries()) {
    const epoch = index + 1;
    await recording.turn({ epoch, recorderId: recorder.recorderId, at: Date.now() });
    const segments = Array.from({ length: epoch === 3 ? 8 : 1 }, (_, n) => segment(epoch, n));
    await new TestReporter(ID, recorder).report(part(epoch, { segments }), true);
  }
  await recording.stopped({ at: Date.now(), reason: 'stopped' });
  return recorders;
}

/** What a recorder is to make of it, which is asked. */
async function claimed(by: TestRecorder | undefined): Promise<ClaimedPlan> {
  if (by === undefined) throw new Error('nobody can be asked');
  const { attempt } = await by.fleet.next('finish');
  return ClaimedPlan.parse((await new TestReporter(ID, by).claim(Number(attempt))).body);
}

it('a finisher hears where it fetches what others have on their disks, of those that can be reached', async () => {
  const [, , most] = await recorded();
  const { sources = [] } = await claimed(most);
  expect(sources.map(({ token, ...source }) => source)).toEqual([
    { recorderId: 'recorder-1', epochs: [1, 4], url: `https://recorder.example/files/recordings/${ID}/` },
  ]);
  const [{ token } = { token: '' }] = sources;
  expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'parley-segments+jwt' });
  expect(SegmentLinkClaims.parse(decodeJwt(token))).toMatchObject({ sub: ID, epochs: [1, 4] });
});

it('who has most of it but a full disk is asked when nobody else can be', async () => {
  const [first] = await recorded(true);
  const { sources = [] } = await claimed(first);
  expect(sources.map(({ recorderId, epochs }) => [recorderId, epochs])).toEqual([['recorder-3', [3]]]);
});
