import { MAX_ATTEMPTS } from '@parley/recording/finishing';
import type { Job } from '@parley/recording/job';
import { nextStep } from '@parley/recording/wake';
import type { Environment } from '../environment.ts';
import { log } from '../log.ts';
import { RoomClock } from '../room/room-clock.ts';
import { webhooks } from '../settings.ts';
import { WebhookOutbox } from '../webhooks/webhook-outbox.ts';
import { WebhookSender } from '../webhooks/webhook-sender.ts';
import { RecordingReporter } from './recording-reporter.ts';
import { takeStep } from './recording-steps.ts';
import { RecordingStore } from './recording-store.ts';
import { finishedEvent, recordingSummary, recordingView } from './recording-view.ts';

/** When a step is tried again that another object could not help with, ms. */
const AGAIN = 10_000;

/** Changes what a recording's object remembers, and does what follows: steps that are due, lists, webhooks, the alarm. */
export class RecordingKeeper {
  readonly store: RecordingStore;
  readonly #ctx: DurableObjectState;
  readonly #env: Environment;
  readonly #clock: RoomClock;
  readonly #reporter: RecordingReporter;
  readonly #outbox: WebhookOutbox;
  readonly #sender: WebhookSender | undefined;
  /** Steps that are being taken. */
  #steps: Promise<void> | undefined;
  /** A step has failed: none is taken before. */
  #pausedUntil = 0;

  constructor(ctx: DurableObjectState, env: Environment) {
    this.#ctx = ctx;
    this.#env = env;
    this.store = new RecordingStore(ctx.storage);
    this.#clock = new RoomClock(ctx.storage);
    this.#reporter = new RecordingReporter(ctx, env);
    this.#outbox = new WebhookOutbox(ctx.storage.sql, webhooks?.urls ?? []);
    this.#sender = webhooks && new WebhookSender(ctx, webhooks, this.#outbox, () => this.#schedule());
  }

  get job(): Job | undefined {
    return this.store.job;
  }

  begin(job: Job): Promise<void> {
    return this.#became(job, undefined);
  }

  /** Applies a rule to what is known; does nothing where nothing is. */
  async change(rule: (job: Job, now: number) => Job): Promise<void> {
    const { job } = this.store;
    if (job === undefined) return;
    await this.#became(rule(job, Date.now()), job);
  }

  /** The alarm has rung: does what is due. */
  async wake(): Promise<void> {
    this.#clock.rang();
    this.#reporter.wake(Date.now());
    await this.#takeSteps();
    await this.#schedule();
  }

  async #became(job: Job, before: Job | undefined): Promise<void> {
    if (job !== before) this.store.job = job;
    const now = Date.now();
    const { recordingId, roomId } = job;
    if (before?.phase.type !== job.phase.type) {
      log.info('recording phase', { recordingId, roomId, phase: job.phase.type });
      if (job.phase.type === 'deleted') this.store.dropMedia();
    }
    const summary = recordingSummary(this.store);
    this.#reporter.report({ recordingId, roomId, ...(summary !== undefined && { summary }) }, now);
    if (before !== undefined && isNewlyOver(before, job)) this.#tellFinished(now);
    await this.#schedule();
    const next = nextStep(job);
    if (next !== undefined && next.at <= now) this.#ctx.waitUntil(this.#takeSteps());
  }

  #tellFinished(now: number): void {
    const view = recordingView(this.store);
    const event = view && finishedEvent(view, now);
    if (this.#sender !== undefined && event !== undefined) this.#outbox.add(event, now);
  }

  /** Takes every step that is due, one after another. */
  #takeSteps(): Promise<void> {
    this.#steps ??= this.#takeDueSteps().finally(() => {
      this.#steps = undefined;
    });
    return this.#steps;
  }

  async #takeDueSteps(): Promise<void> {
    for (;;) {
      const { job } = this.store;
      const now = Date.now();
      const next = job && nextStep(job);
      if (job === undefined || next === undefined || next.at > now || now < this.#pausedUntil) break;
      if (next.step.type === 'forget') {
        // Nothing more is owed to anybody: webhooks have had their day, lists were told a month ago.
        this.store.forget();
        this.#outbox.forget();
        await Promise.all([this.#clock.clear(), this.#ctx.storage.deleteAll()]);
        return;
      }
      try {
        await takeStep(next.step, this, this.#env);
      } catch (error) {
        log.warn('recording step failed', {
          recordingId: job.recordingId,
          step: next.step.type,
          error: String(error),
        });
        this.#pausedUntil = Date.now() + AGAIN;
      }
    }
    await this.#schedule();
  }

  /** Has the object woken for whatever comes next. */
  async #schedule(): Promise<void> {
    const now = Date.now();
    this.#sender?.start(now);
    const next = this.store.job && nextStep(this.store.job);
    const times = [...this.#reporter.times, ...(this.#sender?.times ?? [])];
    if (next !== undefined) times.push(Math.max(next.at, this.#pausedUntil));
    await this.#clock.wakeAt(times);
  }
}

/** Whether a recording has come to an end that is told: each time that it is finished, and once that it has failed. */
function isNewlyOver(before: Job, { phase, outcome, failures }: Job): boolean {
  if (before.phase.type === phase.type) return false;
  if (phase.type === 'finished') return true;
  return phase.type === 'failed' && outcome === undefined && failures <= MAX_ATTEMPTS;
}
