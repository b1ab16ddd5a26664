import { loudnessOfLevel } from '@parley/protocol/loudness';
import type { AudioLevelObserver, Producer, Router } from 'mediasoup/types';

/**
 * Milliseconds over which the worker takes the mean of what packets say (RFC 6464). It leaves out who sent fewer than ten of
 * them: 250, its least, would lose people whose network loses a fifth of their packets of 20 ms, and at 300 a third may be
 * lost. Longer would keep the first word away longer. Whose packets are longer than 30 ms is not heard here.
 */
export const LEVEL_INTERVAL_MS = 300;
/** What is below is silence for `hear()` too, so it need not be told: in a quiet room nothing is. dBov */
const THRESHOLD = -42;
/** More than this who are loud at once nobody tells apart. */
const MAX_LOUD = 64;

/** What an observer tells its owner. */
export interface LevelHandlers {
  /** Levels of producers as `loudness()` has them, by id; who is not in it is silent. Each interval while somebody is loud, once when nobody is. */
  levels(levels: ReadonlyMap<string, number>): void;
  failed(error: unknown): void;
  /** It ended with its router. */
  ended(): void;
}

/** Measures how loud the microphones on a router are, until it is closed. */
export class LevelObserver {
  readonly #router: Router;
  readonly #handlers: LevelHandlers;
  readonly #observer: Promise<AudioLevelObserver | undefined>;
  #closed = false;

  constructor(router: Router, handlers: LevelHandlers) {
    this.#router = router;
    this.#handlers = handlers;
    this.#observer = this.#make();
  }

  /** Measures a producer of the router too, until it is closed. */
  async add(producer: Producer): Promise<void> {
    const observer = await this.#observer;
    if (observer === undefined || this.#closed || producer.closed) return;
    try {
      await observer.addProducer({ producerId: producer.id });
    } catch (error) {
      if (!this.#closed && !producer.closed && !this.#router.closed) this.#handlers.failed(error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const observer = await this.#observer;
    if (!this.#router.closed) observer?.close();
  }

  async #make(): Promise<AudioLevelObserver | undefined> {
    try {
      const observer = await this.#router.createAudioLevelObserver({
        interval: LEVEL_INTERVAL_MS,
        threshold: THRESHOLD,
        maxEntries: MAX_LOUD,
      });
      observer.once('routerclose', () => this.#handlers.ended());
      observer.on('volumes', (volumes) => {
        const levels = volumes.map(({ producer, volume }) => [producer.id, loudnessOfLevel(volume)] as const);
        if (!this.#closed) this.#handlers.levels(new Map(levels));
      });
      observer.on('silence', () => {
        if (!this.#closed) this.#handlers.levels(new Map());
      });
      return observer;
    } catch (error) {
      if (!this.#closed && !this.#router.closed) this.#handlers.failed(error);
      return undefined;
    }
  }
}
