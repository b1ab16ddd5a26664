import { type Job, TIMES } from './job.ts';

/** What is to be done about a recording by itself. */
export type Step =
  /** Ask the room what it knows; tell `learned`. */
  | { type: 'ask-room' }
  /** See which of the recorders that are awaited are there; tell `looked`. */
  | { type: 'look' }
  /** Ask somebody to finish it; tell `placed`. */
  | { type: 'place'; exclude: string[] }
  /** The worker is gone; tell `failed`. */
  | { type: 'give-up-worker' }
  /** Its time is over; tell `removed`. */
  | { type: 'remove' }
  /** Ask one of these to delete what it has; tell `deletionPlaced`. */
  | { type: 'delete'; left: string[] }
  /** Nobody needs to remember it. */
  | { type: 'forget' };

/** The next step and when it is due, milliseconds since the epoch; undefined when nothing is to be done. */
export function nextStep(job: Job): { at: number; step: Step } | undefined {
  const own = stepOf(job);
  const { deletesAt, phase } = job;
  const isKept = phase.type !== 'deleting' && phase.type !== 'deleted';
  if (deletesAt === undefined || !isKept || (own !== undefined && own.at <= deletesAt)) return own;
  return { at: deletesAt, step: { type: 'remove' } };
}

function stepOf({ phase, heardAt, failedWorker }: Job): { at: number; step: Step } | undefined {
  const exclude = failedWorker === undefined ? [] : [failedWorker];
  switch (phase.type) {
    case 'open':
      return { at: heardAt + TIMES.roomSilence, step: { type: 'ask-room' } };
    case 'waiting':
      return { at: phase.lookAt, step: { type: 'look' } };
    case 'seeking':
      return { at: phase.at, step: { type: 'place', exclude } };
    case 'finishing': {
      const silentAt = phase.heardAt + TIMES.workerSilence;
      // One that waits for its turn gets no further either.
      const stuckAt = phase.claimed ? phase.movedAt + TIMES.workerStuck : silentAt;
      return { at: Math.min(silentAt, stuckAt), step: { type: 'give-up-worker' } };
    }
    case 'finished':
      return undefined;
    case 'failed':
      return phase.retryAt === undefined
        ? undefined
        : { at: phase.retryAt, step: { type: 'place', exclude } };
    case 'deleting':
      return phase.current === undefined
        ? { at: phase.at, step: { type: 'delete', left: phase.left } }
        : { at: phase.current.heardAt + TIMES.workerSilence, step: { type: 'give-up-worker' } };
    case 'deleted':
      return { at: phase.until, step: { type: 'forget' } };
    default:
      return phase satisfies never;
  }
}
