import { setTimeout as sleep } from 'node:timers/promises';
import { ParleyError } from '@parley/protocol/errors';
import { type BackoffPolicy, backoffDelay } from '@parley/service/backoff';
import type { Logger } from 'pino';
import { type MediaCounts, sumOf } from '../telemetry/media-census.ts';
import { MediaWorker, type MediaWorkerOptions, type WorkerLoad } from './media-worker.ts';

/** What the pool is made of. */
export interface WorkerPoolOptions extends Omit<MediaWorkerOptions, 'port'> {
  workers: number;
  /** Worker `i` listens on this + `i`; 0 lets the system choose for each. */
  firstPort: number;
  logger: Logger;
  /** Between samples of the workers' load, ms. */
  sampleMs?: number;
  /** A worker that answers nothing for this long hangs, ms. */
  hungMs?: number;
}

const RESPAWN_BACKOFF: BackoffPolicy = { firstMs: 200, mostMs: 10_000 };
/** After a worker has lived this long its next death counts as the first, ms. */
const STABLE_MS = 60_000;
const SAMPLE_MS = 5_000;
/** Nothing in a worker takes this long; requests to it have no timeout of their own, and whoever made one waits. */
const HUNG_MS = 15_000;

/**
 * The node's media workers. A worker that dies takes its routers with it (their rooms hear `workerclose`) and is
 * replaced on the same port. One that hangs is killed.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  /** One slot a port; empty while its worker is being replaced. */
  readonly #slots: (MediaWorker | undefined)[];
  readonly #sampling: NodeJS.Timeout;
  /** Those that are being asked for their load. */
  readonly #probed = new Set<MediaWorker>();
  #onSampled: () => void = () => undefined;
  readonly #stop = new AbortController();

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#slots = new Array<MediaWorker | undefined>(options.workers).fill(undefined);
    this.#sampling = setInterval(() => void this.#sample(), options.sampleMs ?? SAMPLE_MS).unref();
  }

  /** Starts all workers. @throws when one does not start, after closing the others */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await Promise.all(pool.#slots.map((_, index) => pool.#fill(index)));
    } catch (error) {
      pool.close();
      throw error;
    }
    return pool;
  }

  /** Workers that run now. */
  get running(): number {
    return this.#slots.filter((slot) => slot !== undefined).length;
  }

  /** Workers there should be. */
  get size(): number {
    return this.#slots.length;
  }

  /** The busiest worker's share of one core over the last seconds, 0–1. */
  get cpu(): number {
    return Math.max(0, ...this.#slots.map((slot) => slot?.cpu ?? 0));
  }

  /** Of the workers that run, by their number. */
  get loads(): { index: number; load: WorkerLoad }[] {
    return this.#slots.flatMap((slot, index) => (slot === undefined ? [] : [{ index, load: slot.load }]));
  }

  /** Resident bytes of all workers at the last sample. */
  get memory(): number {
    return this.#slots.reduce((sum, slot) => sum + (slot?.load.memoryBytes ?? 0), 0);
  }

  /** Those on which something can be placed now. @throws {ParleyError} `media_unavailable` while none runs */
  get workers(): MediaWorker[] {
    // A worker's death reaches its rooms before it reaches its slot.
    const workers = this.#slots.flatMap((slot) => (slot === undefined || slot.worker.closed ? [] : [slot]));
    if (workers.length > 0) return workers;
    throw new ParleyError(
      'media_unavailable',
      'No media worker runs on this node now; join again in a moment.',
    );
  }

  /** What is open on the workers. */
  get census(): MediaCounts {
    return sumOf(this.#slots.flatMap((slot) => slot?.census.counts ?? []));
  }

  /** Has somebody called after each sample of the workers' load. */
  onSampled(handler: () => void): void {
    this.#onSampled = handler;
  }

  /** Closes all workers, and with them everything they carry. */
  close(): void {
    this.#stop.abort();
    clearInterval(this.#sampling);
    for (const [index, slot] of this.#slots.entries()) {
      slot?.worker.close();
      this.#slots[index] = undefined;
    }
  }

  async #fill(index: number): Promise<void> {
    const { firstPort, logger, ...options } = this.#options;
    const slot = await MediaWorker.start({ ...options, port: firstPort && firstPort + index });
    if (this.#stop.signal.aborted) {
      slot.worker.close();
      return;
    }
    const since = Date.now();
    this.#slots[index] = slot;
    slot.worker.once('died', (error) => {
      this.#slots[index] = undefined;
      logger.error({ event: 'worker-died', worker: index, error: error.message }, 'a media worker died');
      void this.#refill(index, Date.now() - since > STABLE_MS ? 0 : 1);
    });
  }

  async #refill(index: number, firstAttempt: number): Promise<void> {
    const { logger } = this.#options;
    for (let attempt = firstAttempt; !this.#stop.signal.aborted; attempt++) {
      const delay = backoffDelay(RESPAWN_BACKOFF, attempt, Math.random());
      await sleep(delay, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (this.#stop.signal.aborted) return;
      try {
        await this.#fill(index);
        logger.info({ event: 'worker-replaced', worker: index }, 'a media worker was replaced');
        return;
      } catch (error) {
        logger.error(
          { event: 'worker-not-replaced', worker: index, error: String(error) },
          'no new media worker',
        );
      }
    }
  }

  async #sample(): Promise<void> {
    await Promise.all(this.#slots.map(async (slot, index) => await this.#probe(slot, index)));
    if (!this.#stop.signal.aborted) this.#onSampled();
  }

  async #probe(slot: MediaWorker | undefined, index: number): Promise<void> {
    if (slot === undefined || this.#probed.has(slot)) return;
    this.#probed.add(slot);
    const hangs = setTimeout(() => {
      this.#options.logger.error(
        { event: 'worker-hangs', worker: index },
        'a media worker hangs and is killed',
      );
      // It would not hear anything milder.
      process.kill(slot.worker.pid, 'SIGKILL');
    }, this.#options.hungMs ?? HUNG_MS);
    try {
      await slot.sample();
    } catch {
      // A worker that dies meanwhile is the business of its own handler.
    } finally {
      clearTimeout(hangs);
      this.#probed.delete(slot);
    }
  }
}
