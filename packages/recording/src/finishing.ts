import type { Failure } from './facts.ts';
import { type Job, type Outcome, type Phase, type Storage, TIMES } from './job.ts';

/** Attempts at finishing before a recording counts as failed. */
export const MAX_ATTEMPTS = TIMES.pauses.length + 1;

/**
 * A recorder has reported. What comes late has the recording finished anew.
 *
 * @param news whether it said anything that was not known
 */
export function reported(
  job: Job,
  report: { epoch: number; complete: boolean; news: boolean },
  now: number,
): Job {
  const turns = job.turns.map((turn) => {
    if (turn.epoch !== report.epoch) return turn;
    return { ...turn, complete: turn.complete || report.complete, seenAt: now };
  });
  const isComplete = job.turns.some((turn, index) => turn.complete !== turns[index]?.complete);
  const heard: Job = { ...job, turns, heardAt: now };
  if (!report.news && !isComplete) return heard;
  const { phase } = heard;
  switch (phase.type) {
    case 'open':
    case 'seeking':
    case 'deleting':
    case 'deleted':
      return heard;
    case 'waiting':
      return { ...heard, phase: { ...phase, lookAt: now } };
    case 'finishing':
      return phase.claimed ? { ...heard, phase: { ...phase, stale: true } } : heard;
    case 'finished':
    case 'failed':
      return reopened(heard, now);
    default:
      return phase satisfies never;
  }
}

function reopened(job: Job, now: number): Job {
  const { failedWorker: _, ...rest } = job;
  return { ...rest, failures: 0, phase: { type: 'waiting', since: now, lookAt: now } };
}

/** Recorders that have yet to tell all. */
export function awaited({ turns }: Job): string[] {
  return [...new Set(turns.filter(({ complete }) => !complete).map(({ recorderId }) => recorderId))];
}

/**
 * Whether recorders have no more to tell, or are waited for no longer; then somebody is to finish the recording.
 *
 * @param live recorders that are there now
 * @param hasMedia whether anything was recorded
 */
export function looked(job: Job, live: readonly string[], hasMedia: boolean, now: number): Job {
  const { phase } = job;
  if (phase.type !== 'waiting') return job;
  const turns = job.turns.map((turn) => (live.includes(turn.recorderId) ? { ...turn, seenAt: now } : turn));
  const isWaitedFor = turns.some(({ complete, seenAt }) => !complete && now < seenAt + TIMES.goneRecorder);
  if (isWaitedFor && now < phase.since + TIMES.slowRecorder) {
    return { ...job, turns, phase: { ...phase, lookAt: now + TIMES.look } };
  }
  if (hasMedia) return { ...job, turns, phase: { type: 'seeking', at: now } };
  return { ...job, turns, phase: withoutMedia(job) };
}

function withoutMedia({ stopped, turns }: Job): Phase {
  if (stopped?.reason !== 'failed' && turns.every(({ complete }) => complete)) return { type: 'finished' };
  const message =
    'Nothing was recorded: the recorders went before they could tell of anything. What they find later is added.';
  return { type: 'failed', failure: { code: 'recording_failed', message } };
}

/** Somebody has been asked to finish the recording; undefined when there is nobody. */
export function placed(job: Job, found: { worker: string; storage: Storage } | undefined, now: number): Job {
  const { phase } = job;
  if (phase.type !== 'seeking' && phase.type !== 'failed') return job;
  if (found === undefined) {
    if (phase.type === 'failed') return { ...job, phase: { ...phase, retryAt: now + TIMES.failedPause } };
    const since = job.stopped?.at ?? now;
    const pause = now - since > TIMES.seekLess ? TIMES.seekSeldom : TIMES.look;
    return { ...job, phase: { ...phase, at: now + pause } };
  }
  const attempt = job.attempts + 1;
  const work = { attempt, ...found, claimed: false, stale: false, heardAt: now, done: 0, movedAt: now };
  return { ...job, attempts: attempt, phase: { type: 'finishing', ...work } };
}

/** The current worker begins: what it is told is all that there is by now. */
export function claimed(job: Job, now: number): Job {
  const { phase } = job;
  if (phase.type !== 'finishing') return job;
  return { ...job, phase: { ...phase, claimed: true, stale: false, heardAt: now, movedAt: now } };
}

/** The current worker has finished. */
export function finished(job: Job, made: Pick<Outcome, 'files' | 'missing'>, now: number): Job {
  const { phase } = job;
  if (phase.type !== 'finishing') return job;
  const outcome = { ...made, storage: phase.storage, recorderId: phase.worker, at: now };
  const done: Job = { ...job, outcome, failures: 0, phase: { type: 'finished' } };
  return phase.stale ? reopened(done, now) : done;
}

/** The current attempt at finishing has come to nothing. @param again whether another may help */
export function failed(job: Job, failure: Failure, again: boolean, now: number): Job {
  const { phase } = job;
  if (phase.type !== 'finishing') return job;
  if (phase.stale) return reopened({ ...job, failedWorker: phase.worker }, now);
  const failures = job.failures + 1;
  const next = { ...job, failures, failedWorker: phase.worker };
  if (!again) return { ...next, phase: { type: 'failed', failure } };
  const pause = TIMES.pauses[failures - 1];
  if (pause !== undefined) return { ...next, phase: { type: 'seeking', at: now + pause, failure } };
  const isHopeless = now > (job.stopped?.at ?? now) + TIMES.giveUp;
  return {
    ...next,
    phase: { type: 'failed', failure, ...(!isHopeless && { retryAt: now + TIMES.failedPause }) },
  };
}
