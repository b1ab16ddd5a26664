import { setTimeout as sleep } from 'node:timers/promises';
import type { BackoffPolicy } from '@parley/service/backoff';
import type { ThrottledLog } from '@parley/service/throttled-log';
import type { EdgeApi } from '../edge/edge-api.ts';
import { type Fact, type Facts, manifestPart } from './facts.ts';
import { persist } from './retry.ts';

/** Facts in a report: far from what the edge reads at once. */
const FACTS_PER_REPORT = 200;
/** Between reports while all goes well, ms. */
export const REPORT_MS = 5000;
const EDGE_BACKOFF: BackoffPolicy = { firstMs: 1000, mostMs: 30_000 };

export interface ReportsOptions {
  recordingId: string;
  epoch: number;
  facts: Facts;
  edge: EdgeApi;
  events: ThrottledLog;
  /** Least time between two, ms. */
  reportMs: number;
  /** Ends them, whatever is left to say. */
  signal: AbortSignal;
  /** The edge knows these now, but for what it refused: nobody wants those files. */
  onTold(facts: readonly Fact[], refused: readonly string[]): Promise<void>;
}

/** Tells the edge what is known of one recorder's turn at a recording, as it comes to be known. */
export class Reports {
  readonly #options: ReportsOptions;
  /** Aborted when there will be no more. */
  readonly #over = new AbortController();
  #wake = Promise.withResolvers<void>();

  constructor(options: ReportsOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  /** Whether there will be no more. */
  get ended(): boolean {
    return this.#over.signal.aborted;
  }

  /** There is something to tell. */
  wake(): void {
    this.#wake.resolve();
  }

  /** There will be no more: what is left is told, and that it was all. */
  end(): void {
    this.#over.abort();
    this.wake();
  }

  /** Fulfilled when the edge knows all. @throws the signal's reason when it aborts; whatever `onTold` throws */
  async run(): Promise<void> {
    for (;;) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers<void>();
      this.#options.signal.throwIfAborted();
      const told = await this.#tell();
      if (told === 'all') return;
      // What comes in the meantime goes together.
      await this.#pause();
      if (told === 'more') this.wake();
    }
  }

  /** Tells the edge what can be told now. */
  async #tell(): Promise<'all' | 'more' | 'rest'> {
    const { facts: all, recordingId, epoch, edge, events, signal, onTold } = this.#options;
    const facts = all.next(FACTS_PER_REPORT);
    const complete = this.ended && facts.length === all.size;
    if (facts.length === 0 && !complete) return 'rest';
    const body = { part: manifestPart(epoch, facts), complete };
    // Whatever the answer: what is not told, or put off, is lost, and a proxy or an older edge may refuse for a while what this one takes.
    const { refused } = await persist(() => edge.report(recordingId, body, signal), {
      policy: EDGE_BACKOFF,
      signal,
      onError: (error) => {
        const fields = { recordingId, error: String(error) };
        events.warn('report-failed', fields, 'the edge did not take a report; it is tried again');
      },
    });
    all.told(facts);
    await onTold(facts, refused);
    if (complete && all.size === 0) return 'all';
    return all.next(1).length > 0 ? 'more' : 'rest';
  }

  /** The end, in sight or not, is not waited for long. */
  async #pause(): Promise<void> {
    const { reportMs, signal } = this.#options;
    const signals = this.ended ? [signal] : [signal, this.#over.signal];
    const ms = this.ended ? reportMs / 10 : reportMs;
    await sleep(ms, undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined);
  }
}
