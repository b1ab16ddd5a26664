import type { CallError } from './call-error.ts';

/** Something that the next offer has to bring about. */
export interface Change {
  /** The message that carries the offer. */
  readonly messageType: 'offer' | 'start-screen-share';
}

interface Waiting<C> {
  change: C;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * One offer in flight: changes that come meanwhile wait, and neighbours that go out in the same kind of message
 * share an offer. Camera and microphone published together cost one round trip.
 */
export class NegotiationQueue<C extends Change> {
  readonly #negotiate: (changes: readonly C[]) => Promise<void>;
  #waiting: Waiting<C>[] = [];
  #inFlight: Waiting<C>[] = [];
  #running = false;
  #closed: CallError | undefined;

  /** @param negotiate makes one offer with all of `changes` and settles with its answer */
  constructor(negotiate: (changes: readonly C[]) => Promise<void>) {
    this.#negotiate = negotiate;
  }

  /** Resolves when the offer with `change` was answered, rejects if it came to nothing. */
  add(change: C): Promise<void> {
    if (this.#closed) return Promise.reject(this.#closed);
    const done = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
    });
    // Later, so that changes made in one go share an offer.
    if (!this.#running) {
      this.#running = true;
      queueMicrotask(() => void this.#run());
    }
    return done;
  }

  /** Rejects what waits and what is in flight: a closed PeerConnection leaves its promises open for ever. */
  close(error: CallError): void {
    this.#closed = error;
    for (const { reject } of [...this.#inFlight, ...this.#waiting.splice(0)]) reject(error);
  }

  async #run(): Promise<void> {
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
      this.#inFlight = batch;
      try {
        await this.#negotiate(batch.map(({ change }) => change));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = false;
  }

  #take(): Waiting<C>[] {
    const type = this.#waiting[0]?.change.messageType;
    const end = this.#waiting.findIndex(({ change }) => change.messageType !== type);
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }
}
