import { env } from 'cloudflare:workers';
import { ClaimedPlan, SegmentLinkClaims } from '@parley/protocol/recording/recorder-api';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { expect, it } from 'vitest';
import { TestRecorder } from '../testing/test-recorder.ts';
import { open, part, segment, TestReporter } from '../testing/test-recording.ts';
import { RecordingObject } from './recording-object.ts';

const ID = 'rec-1';

/** A recording that three recorders had, each with its own disk, the last of them the most of it. Gives what that one is to do. */
async function claimed(): Promise<ClaimedPlan> {
  await open(ID);
  const url = { publicUrl: 'https://recorder.example/files' };
  const recorders = await Promise.all([
    TestRecorder.start('recorder-1', url),
    TestRecorder.start('recorder-2'),
    TestRecorder.start('recorder-3', url),
  ]);
  const recording = RecordingObject.of(env, ID);
  for (const epoch of [1, 2, 3, 4]) {
    const recorder = recorders[(epoch - 1) % 3];
    if (recorder === undefined) continue;
    await recording.turn({ epoch, recorderId: recorder.recorderId, at: Date.now() });
    const segments = Array.from({ length: epoch === 3 ? 8 : 1 }, (_, index) => segment(epoch, index));
    await new TestReporter(ID, recorder).report(part(epoch, { segments }), true);
  }
  await recording.stopped({ at: Date.now(), reason: 'stopped' });
  const [, , most] = recorders;
  if (most === undefined) throw new Error('there are three');
  const { attempt } = await most.fleet.next('finish');
  return ClaimedPlan.parse((await new TestReporter(ID, most).claim(Number(attempt))).body);
}

it('a finisher hears where it fetches what others have on their disks, of those that can be reached', async () => {
  const { sources = [] } = await claimed();
  expect(sources.map(({ token, ...source }) => source)).toEqual([
    { recorderId: 'recorder-1', epochs: [1, 4], url: `https://recorder.example/files/recordings/${ID}/` },
  ]);
  const [{ token } = { token: '' }] = sources;
  expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'parley-segments+jwt' });
  expect(SegmentLinkClaims.parse(decodeJwt(token))).toMatchObject({ sub: ID, epochs: [1, 4] });
});
