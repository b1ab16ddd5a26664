import type { TokenBucket } from '@parley/protocol/token-bucket';
import type { DataProducer } from 'mediasoup/types';

const SILENCED_MS = 1_000;

/** Has the worker throw away what comes by some channels for a while, once too much of it was refused. */
export class RefusalBrake {
  readonly #refusals: TokenBucket;
  readonly #inlets: DataProducer[] = [];
  #silenced: NodeJS.Timeout | undefined;

  /** @param refusals how many messages may be refused before */
  constructor(refusals: TokenBucket) {
    this.#refusals = refusals;
  }

  /** What comes by it is thrown away too. */
  add(inlet: DataProducer): void {
    this.#inlets.push(inlet);
  }

  /** A message of theirs was refused. */
  refused(): void {
    if (this.#refusals.take(performance.now()) || this.#silenced !== undefined) return;
    this.#pause(true);
    this.#silenced = setTimeout(() => {
      this.#silenced = undefined;
      this.#pause(false);
    }, SILENCED_MS);
  }

  close(): void {
    clearTimeout(this.#silenced);
  }

  #pause(paused: boolean): void {
    // One that is closed meanwhile is as good.
    for (const inlet of this.#inlets) (paused ? inlet.pause() : inlet.resume()).catch(() => undefined);
  }
}
