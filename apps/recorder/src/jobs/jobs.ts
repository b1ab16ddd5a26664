import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgressRequest, SegmentSource } from '@parley/protocol/recording/recorder-api';
import type { SharedConfig } from '@parley/service/read-config';
import type { ThrottledLog } from '@parley/service/throttled-log';
import pLimit, { type LimitFunction } from 'p-limit';
import type { EdgeApi } from '../edge/edge-api.ts';
import { FinishFailed, type FinishSettings } from '../finish/finish-io.ts';
import { runFinisher } from '../finish/finisher.ts';
import { callEdge, claimPlan, isRefused } from './edge-calls.ts';
import type { RecordingStorage } from './finish-storage.ts';

/** What jobs need of their recorder. */
export interface JobsContext {
  /** Unfinished work goes below it, absolute. */
  workFolder: string;
  config: SharedConfig['webrtc'];
  edge: EdgeApi;
  events: ThrottledLog;
  /** Where a recording is. @param sources where segments can be fetched that are not there */
  storage(
    recordingId: string,
    cache: string,
    signal: AbortSignal,
    sources: readonly SegmentSource[],
  ): RecordingStorage;
  /** Before a recording is deleted: lets go of what is open of it here. */
  letGo(recordingId: string): Promise<void>;
  /** An attempt has come to this. */
  onEnded?(outcome: Outcome['type']): void;
  /** Default {@link JOB_PATIENCE}. */
  patience?: JobPatience;
}

/** How long an attempt may take over what could take for ever, ms: it would keep all others from trying. */
export interface JobPatience {
  /** Until the edge says what there is to do. */
  claimMs: number;
  /** While the finisher's process neither asks nor says anything. */
  silenceMs: number;
}

export const JOB_PATIENCE: JobPatience = { claimMs: 3 * 60_000, silenceMs: 20 * 60_000 };

type Outcome = NonNullable<ProgressRequest['outcome']>;

/** Which try at which recording. */
interface Job {
  recordingId: string;
  attempt: number;
}

/** Between words to the edge, ms; it takes a finisher that says nothing for a minute for dead. */
const PROGRESS_MS = 10_000;

/** Finishes and deletes recordings for the edge, so many at a time. */
export class Jobs {
  readonly #context: JobsContext;
  readonly #limit: LimitFunction;
  readonly #stop = new AbortController();
  readonly #running = new Map<string, { attempt: number; abort: AbortController; ended: Promise<void> }>();

  constructor(context: JobsContext) {
    this.#context = context;
    this.#limit = pLimit(context.config.recording.finish_parallel);
  }

  /** Jobs that are not done, those that wait included. */
  get count(): number {
    return this.#running.size;
  }

  /** Finishes a recording; said again it changes nothing. */
  finish(job: Job): void {
    this.#start(job, (signal) => this.#limit(() => this.#finish(job, signal)));
  }

  /** Deletes a recording; said again it changes nothing. */
  delete(job: Job): void {
    this.#start(job, (signal) => this.#delete(job, signal));
  }

  /** Ends all jobs; what they have made so far is there for the next attempt. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the recorder stops'));
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  #start(job: Job, work: (signal: AbortSignal) => Promise<Outcome>): void {
    const { recordingId, attempt } = job;
    const before = this.#running.get(recordingId);
    if (this.#stop.signal.aborted || (before !== undefined && before.attempt >= attempt)) return;
    before?.abort.abort(new Error('a later attempt has begun'));
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, this.#stop.signal]);
    const ended = (before?.ended ?? Promise.resolve())
      .then(() => this.#carry(job, signal, abort, work))
      .finally(() => {
        if (this.#running.get(recordingId)?.abort === abort) this.#running.delete(recordingId);
      });
    this.#running.set(recordingId, { attempt, abort, ended });
  }

  /** Does a job, says all the while that it goes on, and what it came to. */
  async #carry(
    job: Job,
    signal: AbortSignal,
    abort: AbortController,
    work: (signal: AbortSignal) => Promise<Outcome>,
  ): Promise<void> {
    const { recordingId, attempt } = job;
    const { edge, events } = this.#context;
    const beating = setInterval(() => this.#beat(job, signal, abort), PROGRESS_MS);
    try {
      const outcome = await work(signal);
      clearInterval(beating);
      const fields = { recordingId, attempt, outcome: outcome.type };
      events.info('job-ended', fields, 'a recording is finished or deleted, or could not be');
      this.#context.onEnded?.(outcome.type);
      const told = { attempt, done: 1, outcome };
      await callEdge(() => edge.progress(recordingId, told, signal), { recordingId, signal, events });
      if (outcome.type !== 'failed') {
        await rm(join(this.#context.workFolder, recordingId), { recursive: true, force: true });
      }
    } catch (error) {
      if (isRefused(error) || signal.aborted) {
        events.info('job-dropped', { recordingId, attempt }, 'a job is somebody else’s, or nobody’s, by now');
        return;
      }
      const fields = { recordingId, attempt, error: String(error) };
      events.error('job-failed', fields, 'a recording’s job failed');
    } finally {
      clearInterval(beating);
      this.#done.delete(recordingId);
    }
  }

  /** How far finishing is, 0–1, by recording. */
  readonly #done = new Map<string, number>();

  #beat({ recordingId, attempt }: Job, signal: AbortSignal, abort: AbortController): void {
    const done = this.#done.get(recordingId) ?? 0;
    this.#context.edge.progress(recordingId, { attempt, done }, signal).catch((error: unknown) => {
      if (isRefused(error)) abort.abort(error);
    });
  }

  async #finish({ recordingId, attempt }: Job, signal: AbortSignal): Promise<Outcome> {
    const { edge, events, workFolder, storage } = this.#context;
    const { claimMs, silenceMs } = this.#context.patience ?? JOB_PATIENCE;
    const scratch = join(workFolder, recordingId);
    try {
      const { sources = [], ...plan } = await claimPlan(
        { recordingId, attempt },
        { edge, events, claimMs },
        signal,
      );
      await mkdir(scratch, { recursive: true, mode: 0o750 });
      const io = storage(recordingId, join(scratch, 'fetched'), signal, sources);
      const report = (done: number) => void this.#done.set(recordingId, done);
      const settings = this.#settings(join(scratch, 'made'));
      const finished = await runFinisher({ plan, settings, io, report, signal, silenceMs });
      return { type: 'finished', ...finished };
    } catch (error) {
      signal.throwIfAborted();
      if (isRefused(error)) throw error;
      const cause = error instanceof Error && error.cause !== undefined ? String(error.cause) : undefined;
      const fields = { recordingId, attempt, error: String(error), cause };
      events.warn('finish-failed', fields, 'a recording could not be finished');
      const message = error instanceof Error ? error.message.slice(0, 1000) : String(error);
      return { type: 'failed', message, again: error instanceof FinishFailed ? error.again : true };
    }
  }

  async #delete({ recordingId, attempt }: Job, signal: AbortSignal): Promise<Outcome> {
    try {
      await this.#context.letGo(recordingId);
      const cache = join(this.#context.workFolder, recordingId, 'fetched');
      await this.#context.storage(recordingId, cache, signal, []).deleteAll();
      return { type: 'deleted' };
    } catch (error) {
      signal.throwIfAborted();
      const fields = { recordingId, attempt, error: String(error) };
      this.#context.events.warn('delete-failed', fields, 'a recording could not be deleted');
      return {
        type: 'failed',
        message: `It could not be deleted: ${String(error)}`.slice(0, 1000),
        again: true,
      };
    }
  }

  #settings(scratch: string): FinishSettings {
    const { recording, performance } = this.#context.config;
    return {
      scratch,
      format: recording.format,
      videoBitrate: recording.video_bitrate,
      audioBitrate: recording.audio_bitrate,
      hardwareAcceleration: performance.hardware_acceleration,
    };
  }
}
