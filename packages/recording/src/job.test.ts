import { RecordingOptions } from '@parley/protocol/recording/recording-options';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deletionEnded, deletionPlaced, removed } from './deleting.ts';
import type { RecordingOpening } from './facts.ts';
import { claimed, failed, finished, looked, MAX_ATTEMPTS, placed, reported } from './finishing.ts';
import { isCurrent, type Job, learned, opened, progressed, statusOf, stopped, TIMES, turned } from './job.ts';
import { START, turnsOf } from './testing.ts';
import { nextStep } from './wake.ts';

const OPENING: RecordingOpening = {
  recordingId: 'rec-1',
  roomId: 'room-1',
  region: 'default',
  options: RecordingOptions.parse({}),
  startedAt: START,
};
const END = { at: START + 100_000, reason: 'stopped' as const };
const FAILURE = { code: 'recording_failed' as const, message: 'the disk is gone' };
const OUTCOME = { files: [], missing: [] };
const on = (worker: string) => ({ worker, storage: 'bucket' as const });

/** A recording with some recorders, which is over. */
function over(recorders = 1): Job {
  const job = turnsOf(recorders).reduce((all, turn) => turned(all, turn, turn.at), opened(OPENING, START));
  return stopped(job, END, 0, END.at);
}

/** One that is being finished by `w`. */
function finishing(): Job {
  const heard = reported(over(), { epoch: 1, complete: true, news: true }, END.at);
  return claimed(placed(looked(heard, [], true, END.at), on('w'), END.at), END.at);
}

it('starts, records, is finished', () => {
  const seen: unknown[] = [];
  let job = opened(OPENING, START);
  seen.push(statusOf(job));
  job = turned(job, { epoch: 1, recorderId: 'r', at: START }, START);
  seen.push(statusOf(job));
  job = stopped(job, END, 0, END.at);
  seen.push(statusOf(job));
  job = reported(job, { epoch: 1, complete: true, news: true }, END.at);
  job = placed(looked(job, ['r'], true, END.at), on('w'), END.at);
  expect([isCurrent(job, 'w', 1), isCurrent(job, 'v', 1), isCurrent(job, 'w', 2)]).toEqual([
    true,
    false,
    false,
  ]);
  job = progressed(claimed(job, END.at), 0.5, END.at + 1);
  expect(job.phase).toMatchObject({ done: 0.5, heardAt: END.at + 1 });
  job = finished(job, OUTCOME, END.at);
  seen.push(statusOf(job));
  expect(seen).toEqual(['starting', 'recording', 'finishing', 'finished']);
  expect(nextStep(job)).toBeUndefined();
});

it('says the same twice without effect', () => {
  const turn = { epoch: 1, recorderId: 'r', at: START };
  const once = turned(opened(OPENING, START), turn, START);
  expect(turned(once, { ...turn, recorderId: 'another' }, START)).toEqual(once);
  const end = stopped(once, END, 3, END.at);
  expect(stopped(end, { at: END.at + 5, reason: 'failed' }, 9, END.at + 5)).toBe(end);
  expect(end.deletesAt).toBe(END.at + 3 * 24 * 60 * 60_000);
});

it('asks the room after two minutes without a word, and takes it at its word', () => {
  const job = turned(opened(OPENING, START), { epoch: 1, recorderId: 'r', at: START }, START);
  expect(nextStep(job)).toEqual({ at: START + 120_000, step: { type: 'ask-room' } });
  const facts = { ...OPENING, turns: turnsOf(2) };
  const goesOn = learned(job, facts, 0, START + 120_000);
  expect([goesOn.turns.length, statusOf(goesOn), nextStep(goesOn)?.at]).toEqual([
    2,
    'recording',
    START + 240_000,
  ]);
  expect(learned(job, { ...facts, stopped: END }, 0, START + 120_000).stopped).toEqual(END);
  const lost = learned(job, undefined, 0, START + 120_000);
  expect(lost.stopped).toEqual({ at: START, reason: 'room-closed' });
});

it('waits for a recorder that is there, not for one that has been gone for a minute', () => {
  const job = over(2);
  expect(nextStep(job)).toEqual({ at: END.at, step: { type: 'look' } });
  // The second was given its turn 40 s ago, the first 100 s ago: neither has been seen since.
  const first = looked(job, [], true, END.at);
  expect(first.phase).toMatchObject({ type: 'waiting', lookAt: END.at + TIMES.look });
  expect(looked(first, [], true, END.at + 20_000).phase.type).toBe('seeking');
  let patient = first;
  for (let t = END.at; t < END.at + TIMES.slowRecorder; t += TIMES.look)
    patient = looked(patient, ['recorder-1'], true, t);
  expect(patient.phase.type).toBe('waiting');
  expect(looked(patient, ['recorder-1'], true, END.at + TIMES.slowRecorder).phase.type).toBe('seeking');
});

it('goes on at once when all have told all', () => {
  const job = reported(over(), { epoch: 1, complete: true, news: false }, END.at + 5);
  expect(nextStep(job)).toEqual({ at: END.at + 5, step: { type: 'look' } });
  expect(looked(job, ['recorder-1'], true, END.at + 5).phase.type).toBe('seeking');
});

it('is finished without files where there was nothing to record, failed where the recorders are gone', () => {
  const complete = reported(over(), { epoch: 1, complete: true, news: false }, END.at);
  expect(statusOf(looked(complete, [], false, END.at))).toBe('finished');
  const lost = looked(over(), [], false, END.at + TIMES.goneRecorder);
  expect(lost.phase).toMatchObject({ type: 'failed', failure: { code: 'recording_failed' } });
  const late = reported(lost, { epoch: 1, complete: true, news: true }, END.at + 1e9);
  expect(statusOf(late)).toBe('finishing');
});

it('tries again, elsewhere first, ever later, and fails in the end', () => {
  let job = finishing();
  const pauses: number[] = [];
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
    job = failed(job, FAILURE, true, START);
    const next = nextStep(job);
    expect(next?.step).toEqual({ type: 'place', exclude: ['w'] });
    pauses.push((next?.at ?? 0) - START);
    job = claimed(placed(job, on('w'), START), START);
    expect(isCurrent(job, 'w', attempt + 1)).toBe(true);
  }
  expect(pauses).toEqual([...TIMES.pauses]);
  job = failed(job, FAILURE, true, START);
  expect([statusOf(job), nextStep(job)?.at]).toEqual(['failed', START + TIMES.failedPause]);
  const retried = finished(placed(job, on('v'), START), OUTCOME, START);
  expect(statusOf(retried)).toBe('finished');
  const hopeless = failed(placed(job, on('w'), START), FAILURE, true, END.at + TIMES.giveUp + 1);
  expect(nextStep(hopeless)).toBeUndefined();
  expect(nextStep(failed(finishing(), FAILURE, false, START)), 'that cannot help').toBeUndefined();
});

it('has a worker that says nothing for a minute replaced', () => {
  const job = progressed(finishing(), 0.3, END.at + 50_000);
  expect(nextStep(job)).toEqual({ at: END.at + 110_000, step: { type: 'give-up-worker' } });
});

it('has a worker that goes on for hours and gets nowhere replaced, unless it waits for its turn', () => {
  const { workerStuck } = TIMES;
  const moved = progressed(finishing(), 0.3, END.at + 50_000);
  const stuck = progressed(moved, 0.3, END.at + workerStuck);
  expect(nextStep(stuck)).toEqual({
    at: END.at + 50_000 + workerStuck,
    step: { type: 'give-up-worker' },
  });
  const waits = progressed({ ...finishing(), phase: placedPhase() }, 0, END.at + workerStuck);
  expect(nextStep(waits)?.at).toBe(END.at + workerStuck + TIMES.workerSilence);
});

it('is finished anew when a recorder comes back with more', () => {
  const done = finished(finishing(), OUTCOME, START);
  expect(reported(done, { epoch: 1, complete: true, news: false }, START).phase, 'nothing new').toEqual(
    done.phase,
  );
  const late = reported(done, { epoch: 1, complete: true, news: true }, START + 5);
  expect(statusOf(late)).toBe('finishing');
  expect(late.outcome, 'what there is stays until then').toMatchObject(OUTCOME);
  // While it is finished: when that is over.
  const stale = reported(finishing(), { epoch: 1, complete: true, news: true }, START);
  expect(stale.phase).toMatchObject({ type: 'finishing', stale: true });
  expect(finished(stale, OUTCOME, START).phase.type).toBe('waiting');
  expect(failed(stale, FAILURE, false, START).phase.type).toBe('waiting');
  const unclaimed = reported(
    { ...finishing(), phase: { ...placedPhase() } },
    { epoch: 1, complete: false, news: true },
    START,
  );
  expect(unclaimed.phase, 'who has not begun is told all').toMatchObject({ stale: false });
});

function placedPhase() {
  return {
    type: 'finishing' as const,
    attempt: 1,
    ...on('w'),
    claimed: false,
    stale: false,
    heardAt: START,
    done: 0,
    movedAt: START,
  };
}

it('is deleted when its time is over, on each recorder that had a part of it', () => {
  const kept = { ...finished(finishing(), OUTCOME, START), deletesAt: START + 10 };
  expect(nextStep(kept)).toEqual({ at: START + 10, step: { type: 'remove' } });
  let job = removed(kept, false, START + 10);
  expect(statusOf(job)).toBeUndefined();
  expect(nextStep(job)).toEqual({ at: START + 10, step: { type: 'delete', left: ['recorder-1', 'w'] } });
  job = deletionPlaced(job, 'w', START + 10);
  expect(isCurrent(job, 'w', job.attempts)).toBe(true);
  job = deletionEnded(job, false, START + 20);
  expect(nextStep(job)).toEqual({
    at: START + 20 + TIMES.look,
    step: { type: 'delete', left: ['recorder-1', 'w'] },
  });
  job = deletionEnded(deletionPlaced(job, 'recorder-1', START + 30), true, START + 40);
  job = deletionEnded(deletionPlaced(job, 'w', START + 50), true, START + 60);
  expect(nextStep(job)).toEqual({ at: START + 60 + TIMES.remember, step: { type: 'forget' } });
});

it('has what is in the bucket deleted by anybody, where those that recorded it are gone', () => {
  const job = removed(finished(finishing(), OUTCOME, START), true, START);
  expect(nextStep(job)?.step).toEqual({ type: 'delete', left: ['recorder-1', 'w', '*'] });
  const after = (worker: string, isDone: boolean) =>
    deletionEnded(deletionPlaced(job, worker, START), isDone, START).phase;
  expect(after('other', false)).toMatchObject({ left: ['recorder-1', 'w', '*'] });
  expect(after('other', true)).toMatchObject({ left: ['recorder-1', 'w'] });
  expect(after('w', true)).toMatchObject({ left: ['recorder-1'] });
});

it('waits ever longer for recorders that are to delete something, and gives up', () => {
  const job = removed(finished(finishing(), OUTCOME, START), false, START);
  const at = (now: number) => (nextStep(deletionPlaced(job, undefined, now))?.at ?? 0) - now;
  expect([at(START), at(START + 600_000), at(START + 1e8)]).toEqual([TIMES.look, 600_000, 3_600_000]);
  expect(deletionPlaced(job, undefined, START + TIMES.giveUp + 1).phase.type).toBe('deleted');
});

it('asks whoever cannot delete ever less often, and gives up', () => {
  const job = deletionPlaced(removed(finished(finishing(), OUTCOME, START), false, START), 'w', START);
  const at = (now: number) => (nextStep(deletionEnded(job, false, now))?.at ?? 0) - now;
  expect([at(START), at(START + 600_000), at(START + 1e8)]).toEqual([TIMES.look, 600_000, 3_600_000]);
  expect(deletionEnded(job, false, START + TIMES.giveUp + 1).phase.type).toBe('deleted');
});

it('has whoever makes files when it is deleted end that, and delete them', () => {
  expect(nextStep(removed(finishing(), true, START))?.step).toEqual({
    type: 'delete',
    left: ['recorder-1', 'w', '*'],
  });
});

/** Anything that can happen, at any time. */
const anything: fc.Arbitrary<(job: Job, now: number) => Job> = fc.oneof(
  fc
    .integer({ min: 1, max: 3 })
    .map((epoch) => (job: Job, now: number) => turned(job, { epoch, recorderId: `r${epoch}`, at: now }, now)),
  fc.constant((job: Job, now: number) => stopped(job, { at: now, reason: 'stopped' }, 1, now)),
  fc
    .record({ epoch: fc.integer({ min: 1, max: 3 }), complete: fc.boolean(), news: fc.boolean() })
    .map((report) => (job: Job, now: number) => reported(job, report, now)),
  fc.record({ live: fc.subarray(['r1', 'r2', 'r3']), hasMedia: fc.boolean() }).map(
    ({ live, hasMedia }) =>
      (job: Job, now: number) =>
        looked(job, live, hasMedia, now),
  ),
  fc
    .option(fc.constantFrom('v', 'w'), { nil: undefined })
    .map((worker) => (job: Job, now: number) => placed(job, worker && on(worker), now)),
  fc.constant(claimed),
  fc.constant((job: Job, now: number) => finished(job, OUTCOME, now)),
  fc.boolean().map((again) => (job: Job, now: number) => failed(job, FAILURE, again, now)),
);

it('whatever happens, attempts only rise, files are not lost, and something is due until it is over', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anything, fc.integer({ min: 0, max: 100_000 })), { maxLength: 60 }),
      (happenings) => {
        let now = START;
        let job = opened(OPENING, now);
        for (const [happens, later] of happenings) {
          now += later;
          const before = job;
          job = happens(before, now);
          expect(job.attempts).toBeGreaterThanOrEqual(before.attempts);
          if (before.outcome !== undefined) expect(job.outcome).toBeDefined();
          if (before.stopped !== undefined) expect(job.stopped).toEqual(before.stopped);
          if (job.phase.type !== 'open') expect(job.stopped).toBeDefined();
          const isOver =
            job.phase.type === 'finished' || (job.phase.type === 'failed' && job.phase.retryAt === undefined);
          expect(nextStep(job)?.step.type === 'remove' || nextStep(job) === undefined).toBe(
            isOver || nextStep(job)?.at === job.deletesAt,
          );
        }
      },
    ),
  );
});

it('is finished in the end, whatever happened, if recorders and workers do their part from then on', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anything, fc.integer({ min: 0, max: 1000 })), { maxLength: 60 }),
      (happenings) => {
        let now = START;
        let job = opened(OPENING, now);
        for (const [happens, later] of happenings) {
          now += later;
          job = happens(job, now);
        }
        job = reported(stopped(job, END, 0, now), { epoch: 1, complete: true, news: true }, now);
        for (let steps = 0; steps < 200; steps++) {
          const next = nextStep({ ...job, deletesAt: Number.POSITIVE_INFINITY });
          if (next === undefined || next.step.type === 'remove') break;
          now = Math.max(now, next.at);
          switch (next.step.type) {
            case 'look':
              job = looked(job, [], true, now);
              break;
            case 'place':
              job = finished(claimed(placed(job, on('w'), now), now), OUTCOME, now);
              break;
            case 'give-up-worker':
              job = failed(job, FAILURE, true, now);
              break;
            default:
              expect.unreachable(`${next.step.type} after it has stopped`);
          }
        }
        expect(statusOf(job)).toBe('finished');
        expect(job.phase.type).toBe('finished');
      },
    ),
  );
});
