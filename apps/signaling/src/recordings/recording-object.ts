import { DurableObject } from 'cloudflare:workers';
import type {
  ClaimedPlan,
  ProgressRequest,
  RecordingFile,
  ReportRequest,
  ReportResponse,
} from '@parley/protocol/recording/recorder-api';
import { jurisdictionOf } from '@parley/protocol/residency';
import { shownParticipants } from '@parley/recording/attendance';
import { deletionEnded, removed } from '@parley/recording/deleting';
import type { RecordingEnd, RecordingOpening, Turn } from '@parley/recording/facts';
import { claimed, failed, finished, reported } from '@parley/recording/finishing';
import { shownGaps } from '@parley/recording/gaps';
import {
  isCurrent,
  type Job,
  learned,
  opened,
  progressed,
  type Storage,
  statusOf,
  stopped,
  turned,
} from '@parley/recording/job';
import { accept } from '@parley/recording/manifest';
import { finishPlan } from '@parley/recording/stitch';
import type { Environment } from '../environment.ts';
import { within } from '../residency/within.ts';
import { failure, type Result, success } from '../result.ts';
import { webrtcConfig } from '../settings.ts';
import { RecordingKeeper } from './recording-keeper.ts';
import { isInBucket, roomFacts } from './recording-steps.ts';
import { type RecordingView, recordingView } from './recording-view.ts';
import { segmentSources } from './segment-sources.ts';

const { retention_days } = webrtcConfig.recording;

/** A finished file, and where it is. */
export interface StoredFile {
  file: RecordingFile;
  storage: Storage;
  /** Who made it, in which region. */
  recorderId: string;
  region: string;
  roomId: string;
  startedAt: number;
  participantName?: string;
}

/**
 * A recording's memory, and what is done about it once it is over. The room that is recorded says when it began, who has had it
 * when, and when it ended; recorders say what they have; the rules are those of `packages/recording`.
 */
export class RecordingObject extends DurableObject<Environment> {
  readonly #recording: RecordingKeeper;

  /** @param recordingId begins as the ids of its jurisdiction's rooms do */
  static of(env: Environment, recordingId: string): DurableObjectStub<RecordingObject> {
    return within(env.RECORDING_OBJECTS, jurisdictionOf(recordingId)).getByName(recordingId);
  }

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    this.#recording = new RecordingKeeper(ctx, env);
  }

  override async alarm(): Promise<void> {
    await this.#recording.wake();
  }

  // ─── The room ────────────────────────────────────────────────────────────────────────────────────────────────

  /** It has begun. Like all that the room says it may be said again. */
  async opened(opening: RecordingOpening): Promise<void> {
    if (this.#recording.job === undefined) await this.#recording.begin(opened(opening, Date.now()));
  }

  /** A recorder has it. */
  async turn(turn: Turn): Promise<void> {
    await this.#recording.change((job, now) => turned(job, turn, now));
  }

  /** It is over. */
  async stopped(end: RecordingEnd): Promise<void> {
    await this.#recording.change((job, now) => stopped(job, end, retention_days, now));
  }

  // ─── Recorders; the Worker has proven who they are ───────────────────────────────────────────────────────────

  async report(recorderId: string, { part, complete }: ReportRequest): Promise<Result<ReportResponse>> {
    const { job } = this.#recording;
    if (job === undefined) return unknown();
    if (isDeleted(job)) return success({ refused: part.segments.map(({ file }) => file) });
    if (!job.turns.some(({ epoch }) => epoch === part.epoch)) await this.#learn(recorderId, part.epoch);
    const { turns } = this.#recording.job ?? job;
    const { entries, refused } = accept(turns, recorderId, part);
    const isOwn = turns.some((turn) => turn.epoch === part.epoch && turn.recorderId === recorderId);
    const news = this.#recording.store.add(entries);
    if (isOwn) {
      const report = { epoch: part.epoch, complete, news };
      await this.#recording.change((one, now) => reported(one, report, now));
    }
    return success({ refused });
  }

  /**
   * A finisher begins.
   *
   * @returns a {@link ClaimedPlan} as JSON, in a stream: a call between objects carries no more than 32 MB otherwise
   */
  async claim(recorderId: string, attempt: number): Promise<Result<ReadableStream>> {
    const asked = this.#recording.job;
    if (asked === undefined || !isFinishing(asked, recorderId, attempt)) return superseded();
    const sources = await segmentSources(this.env, asked, recorderId);
    const { job, store } = this.#recording;
    const end = job?.stopped;
    if (job === undefined || end === undefined || !isFinishing(job, recorderId, attempt)) return superseded();
    const plan = finishPlan(
      { ...job, stopped: end },
      store.manifest(['participant', 'track', 'segment', 'gap']),
    );
    store.shown = { participants: shownParticipants(plan), gaps: shownGaps(plan) };
    await this.#recording.change(claimed);
    const answer: ClaimedPlan = { ...plan, ...(sources.length > 0 && { sources }) };
    return success(new Blob([JSON.stringify(answer)]).stream());
  }

  /** A finisher goes on, or has come to an end. */
  async progress(
    recorderId: string,
    { attempt, done, outcome }: ProgressRequest,
  ): Promise<Result<undefined>> {
    const { job } = this.#recording;
    if (job === undefined || !isCurrent(job, recorderId, attempt)) return superseded();
    await this.#recording.change((one, now) => {
      const isDeleting = one.phase.type === 'deleting';
      switch (outcome?.type) {
        case undefined:
          return progressed(one, done, now);
        case 'deleted':
          return deletionEnded(one, true, now);
        case 'finished':
          return finished(one, outcome, now);
        case 'failed':
          if (isDeleting) return deletionEnded(one, false, now);
          return failed(one, { code: 'recording_failed', message: outcome.message }, outcome.again, now);
        default:
          return outcome satisfies never;
      }
    });
    return success(undefined);
  }

  // ─── The API ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** The room it is of; undefined when there is no such recording. */
  roomId(): string | undefined {
    const { job } = this.#recording;
    return job === undefined || isDeleted(job) ? undefined : job.roomId;
  }

  show(): RecordingView | undefined {
    return recordingView(this.#recording.store);
  }

  /** Has it deleted; nobody sees it from now on. */
  async remove(): Promise<Result<undefined>> {
    const { job } = this.#recording;
    if (job === undefined || isDeleted(job)) return unknown();
    if (job.stopped === undefined) {
      return failure('recording_active', `Stop it first: POST /api/rooms/${job.roomId}/recording/stop.`);
    }
    await this.#recording.change((one, now) => removed(one, isInBucket(one), now));
    return success(undefined);
  }

  /** Where a finished file is. */
  file(id: string): Result<StoredFile> {
    const { job, store } = this.#recording;
    const view = recordingView(store);
    if (job === undefined || view === undefined) return unknown();
    const { outcome, region, roomId, startedAt } = job;
    if (outcome === undefined) {
      return failure(
        'recording_unfinished',
        `The recording is ${view.status}; ask again when it is finished.`,
      );
    }
    const file = outcome.files.find((one) => one.file === id);
    if (file === undefined) {
      return failure(
        'not_found',
        'The recording has no such file; GET /api/recordings/ID lists those it has.',
      );
    }
    const { storage, recorderId } = outcome;
    const participantName = view.files.find((one) => one.id === id)?.participantName;
    const about = { roomId, startedAt, ...(participantName !== undefined && { participantName }) };
    return success({ file, storage, recorderId, region, ...about });
  }

  /** Somebody reports of an epoch that nobody has told of. */
  async #learn(recorderId: string, epoch: number): Promise<void> {
    const { job } = this.#recording;
    if (job === undefined) return;
    const facts = await roomFacts(this.env, job);
    await this.#recording.change((one, now) => {
      const known = learned(one, facts, retention_days, now);
      // The room is gone and cannot say: what an enrolled recorder has is kept rather than lost.
      return facts === undefined ? turned(known, { epoch, recorderId, at: now }, now) : known;
    });
  }
}

function isFinishing(job: Job, recorderId: string, attempt: number): boolean {
  return job.phase.type === 'finishing' && isCurrent(job, recorderId, attempt);
}

function isDeleted(job: Job): boolean {
  return statusOf(job) === undefined;
}

function unknown(): Result<never> {
  return failure(
    'recording_not_found',
    'There is no such recording; GET /api/recordings lists those there are.',
  );
}

function superseded(): Result<never> {
  return failure('assignment_stale', 'Another attempt has taken the place of this one; end it.');
}
