import { type Job, type Phase, TIMES } from './job.ts';

/** Stands for any recorder that has the bucket. */
export const ANYBODY = '*';

/**
 * Nobody is to see the recording any more, and what there is of it is to go.
 *
 * @param inBucket whether it may be in the bucket, where any recorder can delete it
 */
export function removed(job: Job, inBucket: boolean, now: number): Job {
  if (job.phase.type === 'deleting' || job.phase.type === 'deleted') return job;
  const recorders = job.turns.map(({ recorderId }) => recorderId);
  const finisher = job.outcome === undefined ? [] : [job.outcome.recorderId];
  // Whoever makes files at this moment may put one there yet: what it is told ends that first.
  const atWork = job.phase.type === 'finishing' ? [job.phase.worker] : [];
  const left = new Set([...recorders, ...finisher, ...atWork, ...(inBucket ? [ANYBODY] : [])]);
  return deletingOn(job, [...left], { since: now, at: now });
}

function deletingOn(job: Job, left: string[], times: { since: number; at: number }): Job {
  const phase: Phase = left.length > 0 ? { type: 'deleting', left, ...times } : gone(times.at);
  return { ...job, phase };
}

function gone(now: number): Phase {
  return { type: 'deleted', until: now + TIMES.remember };
}

/**
 * Somebody has been asked to delete what there is; undefined when nobody of those that are left is there.
 *
 * Without anybody it is tried again ever less often, and in the end given up: a recorder that comes back later still hears that
 * nothing of the recording is wanted.
 */
export function deletionPlaced(job: Job, worker: string | undefined, now: number): Job {
  const { phase } = job;
  if (phase.type !== 'deleting') return job;
  if (worker !== undefined) {
    const attempt = job.attempts + 1;
    return { ...job, attempts: attempt, phase: { ...phase, current: { worker, attempt, heardAt: now } } };
  }
  if (now > phase.since + TIMES.giveUp) return { ...job, phase: gone(now) };
  return { ...job, phase: { ...phase, at: now + pauseOf(phase.since, now) } };
}

/** Ever longer, up to an hour. */
function pauseOf(since: number, now: number): number {
  return Math.min(Math.max(TIMES.look, now - since), 60 * TIMES.seekSeldom);
}

/**
 * The current worker has deleted what it had and what is in the bucket, or could not: then that is tried again ever less often, and in
 * the end given up.
 */
export function deletionEnded(job: Job, isDone: boolean, now: number): Job {
  const { phase } = job;
  if (phase.type !== 'deleting' || phase.current === undefined) return job;
  const { worker } = phase.current;
  const { since } = phase;
  if (isDone) {
    const left = phase.left.filter((one) => one !== worker && one !== ANYBODY);
    return deletingOn(job, left, { since, at: now });
  }
  if (now > since + TIMES.giveUp) return { ...job, phase: gone(now) };
  // Whoever could not comes last.
  const others = phase.left.filter((one) => one !== worker);
  const left = phase.left.includes(worker) ? [...others, worker] : others;
  return deletingOn(job, left, { since, at: now + pauseOf(since, now) });
}
