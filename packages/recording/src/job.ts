import type { TimeSpan } from '@parley/protocol/recording/manifest';
import {
  FINISHER_SILENCE_SECONDS,
  type RecorderAbilities,
  type RecordingFile,
} from '@parley/protocol/recording/recorder-api';
import type { Recording } from '@parley/protocol/rest';
import type { Failure, RecordingEnd, RecordingFacts, RecordingOpening, Turn } from './facts.ts';

/** Where files are: in a bucket, or on a recorder's own disk. */
export type Storage = RecorderAbilities['storage'];

/** A recorder's turn, and what has become of it. */
export interface JobTurn extends Turn {
  /** Whether the recorder has told all and put it where a finisher finds it. */
  complete: boolean;
  /** When the recorder was seen last, milliseconds since the epoch. */
  seenAt: number;
}

/** What is done about a recording now. Times are milliseconds since the epoch. */
export type Phase =
  /** The room is recorded. */
  | { type: 'open' }
  /** It is over; recorders may have more to tell. */
  | { type: 'waiting'; since: number; lookAt: number }
  /** Somebody is looked for who finishes it. */
  | { type: 'seeking'; at: number; failure?: Failure }
  /** `stale`: there is more by now than the worker knows of. */
  | {
      type: 'finishing';
      attempt: number;
      worker: string;
      /** Where it puts files. */
      storage: Storage;
      claimed: boolean;
      stale: boolean;
      heardAt: number;
      done: number;
    }
  | { type: 'finished' }
  /** With `retryAt` it is tried again. */
  | { type: 'failed'; failure: Failure; retryAt?: number }
  /** Nobody is to see it any more. `left`: who has yet to delete what it has. */
  | {
      type: 'deleting';
      left: string[];
      since: number;
      at: number;
      current?: { worker: string; attempt: number; heardAt: number };
    }
  /** All is deleted: late recorders are told so. */
  | { type: 'deleted'; until: number };

/** What finishing came to. */
export interface Outcome {
  files: RecordingFile[];
  /** What could not be read, by no participant. */
  missing: TimeSpan[];
  /** Where the files are. */
  storage: Storage;
  /** Who made them. */
  recorderId: string;
  at: number;
}

/** A recording's memory, but for its manifest: plain data, stored as it is. */
export interface Job extends RecordingOpening {
  v: 1;
  turns: JobTurn[];
  stopped?: RecordingEnd;
  /** Last word from the room or a recorder, milliseconds since the epoch. */
  heardAt: number;
  phase: Phase;
  /** Attempts at finishing and deleting that were given out, all told. */
  attempts: number;
  /** Attempts at finishing that have failed since there was something new. */
  failures: number;
  /** Who failed last: others are asked first. */
  failedWorker?: string;
  outcome?: Outcome;
  /** When it is to be deleted, milliseconds since the epoch. */
  deletesAt?: number;
}

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/** Rules of time, ms. */
export const TIMES = {
  /** An open recording of which nothing is heard for this long may be none any more. */
  roomSilence: 120 * SECOND,
  /** How long a recorder that is not there is waited for, and how long one that is. */
  goneRecorder: 60 * SECOND,
  slowRecorder: 300 * SECOND,
  /** How often is looked whether recorders are there. */
  look: 10 * SECOND,
  /** A worker that says nothing for this long is gone. */
  workerSilence: FINISHER_SILENCE_SECONDS * SECOND,
  /** Pauses before the attempts that follow a failure, then before further ones while it counts as failed. */
  pauses: [10 * SECOND, 60 * SECOND, 300 * SECOND, 900 * SECOND],
  failedPause: 6 * 60 * 60 * SECOND,
  /** How long is tried again at all, and how long deleting is. */
  giveUp: 7 * DAY,
  /** How long nobody can be found before it is looked less often, and how often. */
  seekLess: 600 * SECOND,
  seekSeldom: 60 * SECOND,
  /** How long late recorders are told that a recording is deleted. */
  remember: 30 * DAY,
} as const;

/** Attempts at finishing before a recording counts as failed. */
export const MAX_ATTEMPTS = TIMES.pauses.length + 1;

/** A room has begun to record. */
export function opened(opening: RecordingOpening, now: number): Job {
  return { ...opening, v: 1, turns: [], heardAt: now, phase: { type: 'open' }, attempts: 0, failures: 0 };
}

/** What of a recording can be seen; undefined when it is deleted. */
export function statusOf({ phase, turns, outcome }: Job): Recording['status'] | undefined {
  switch (phase.type) {
    case 'open':
      return turns.length === 0 ? 'starting' : 'recording';
    case 'waiting':
    case 'seeking':
    case 'finishing':
      return 'finishing';
    case 'finished':
      return 'finished';
    case 'failed':
      // What was finished before is still there.
      return outcome === undefined ? 'failed' : 'finished';
    case 'deleting':
    case 'deleted':
      return undefined;
    default:
      return phase satisfies never;
  }
}

/** A recorder has the recording from now on. */
export function turned(job: Job, turn: Turn, now: number): Job {
  if (job.turns.some(({ epoch }) => epoch === turn.epoch)) return { ...job, heardAt: now };
  const turns = [...job.turns, { ...turn, complete: false, seenAt: turn.at }].sort(
    (a, b) => a.epoch - b.epoch,
  );
  return { ...job, turns, heardAt: now };
}

/**
 * The recording is over. Said again it changes nothing.
 *
 * @param retentionDays how long it is kept, 0 for ever
 */
export function stopped(job: Job, end: RecordingEnd, retentionDays: number, now: number): Job {
  if (job.stopped !== undefined || job.phase.type !== 'open') return job;
  return {
    ...job,
    stopped: end,
    heardAt: now,
    phase: { type: 'waiting', since: now, lookAt: now },
    ...(retentionDays > 0 && { deletesAt: end.at + retentionDays * DAY }),
  };
}

/** The room says all that it knows; undefined when it knows nothing of the recording: then it is over. */
export function learned(
  job: Job,
  facts: RecordingFacts | undefined,
  retentionDays: number,
  now: number,
): Job {
  if (facts === undefined) {
    return stopped(job, { at: job.heardAt, reason: 'room-closed' }, retentionDays, now);
  }
  const known = facts.turns.reduce((all, turn) => turned(all, turn, now), { ...job, heardAt: now });
  return facts.stopped === undefined ? known : stopped(known, facts.stopped, retentionDays, now);
}

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
  const work = { attempt, ...found, claimed: false, stale: false, heardAt: now, done: 0 };
  return { ...job, attempts: attempt, phase: { type: 'finishing', ...work } };
}

/** Whether this worker has this attempt at finishing or deleting. */
export function isCurrent({ phase }: Job, worker: string, attempt: number): boolean {
  if (phase.type === 'finishing') return phase.worker === worker && phase.attempt === attempt;
  if (phase.type !== 'deleting') return false;
  return phase.current?.worker === worker && phase.current.attempt === attempt;
}

/** The current worker begins: what it is told is all that there is by now. */
export function claimed(job: Job, now: number): Job {
  const { phase } = job;
  if (phase.type !== 'finishing') return job;
  return { ...job, phase: { ...phase, claimed: true, stale: false, heardAt: now } };
}

/** The current worker goes on. @param done 0–1 */
export function progressed(job: Job, done: number, now: number): Job {
  const { phase } = job;
  if (phase.type === 'finishing') return { ...job, phase: { ...phase, heardAt: now, done } };
  if (phase.type === 'deleting' && phase.current !== undefined) {
    return { ...job, phase: { ...phase, current: { ...phase.current, heardAt: now } } };
  }
  return job;
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
  const left = new Set([...recorders, ...finisher, ...(inBucket ? [ANYBODY] : [])]);
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
  const pause = Math.min(Math.max(TIMES.look, now - phase.since), 60 * TIMES.seekSeldom);
  return { ...job, phase: { ...phase, at: now + pause } };
}

/** The current worker has deleted what it had and what is in the bucket, or could not. */
export function deletionEnded(job: Job, isDone: boolean, now: number): Job {
  const { phase } = job;
  if (phase.type !== 'deleting' || phase.current === undefined) return job;
  const { worker } = phase.current;
  const { since } = phase;
  if (isDone) {
    const left = phase.left.filter((one) => one !== worker && one !== ANYBODY);
    return deletingOn(job, left, { since, at: now });
  }
  // Whoever could not comes last.
  const others = phase.left.filter((one) => one !== worker);
  const left = phase.left.includes(worker) ? [...others, worker] : others;
  return deletingOn(job, left, { since, at: now + TIMES.look });
}
