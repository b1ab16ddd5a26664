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
      /** When it was further than before. */
      movedAt: number;
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
  /** One that has begun, and gets no further for this long, is stuck, though it says that it goes on. */
  workerStuck: 12 * 60 * 60 * SECOND,
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
  facts: Pick<RecordingFacts, 'turns' | 'stopped'> | undefined,
  retentionDays: number,
  now: number,
): Job {
  if (facts === undefined) {
    return stopped(job, { at: job.heardAt, reason: 'room-closed' }, retentionDays, now);
  }
  const known = facts.turns.reduce((all, turn) => turned(all, turn, now), { ...job, heardAt: now });
  return facts.stopped === undefined ? known : stopped(known, facts.stopped, retentionDays, now);
}

/** Whether this worker has this attempt at finishing or deleting. */
export function isCurrent({ phase }: Job, worker: string, attempt: number): boolean {
  if (phase.type === 'finishing') return phase.worker === worker && phase.attempt === attempt;
  if (phase.type !== 'deleting') return false;
  return phase.current?.worker === worker && phase.current.attempt === attempt;
}

/** The current worker goes on. @param done 0–1 */
export function progressed(job: Job, done: number, now: number): Job {
  const { phase } = job;
  if (phase.type === 'finishing') {
    const movedAt = done > phase.done ? now : phase.movedAt;
    return { ...job, phase: { ...phase, heardAt: now, done, movedAt } };
  }
  if (phase.type === 'deleting' && phase.current !== undefined) {
    return { ...job, phase: { ...phase, current: { ...phase.current, heardAt: now } } };
  }
  return job;
}
