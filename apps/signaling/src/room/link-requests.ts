import type { RoomMediaStats } from '@parley/protocol/stats';

/** How long a node may take to answer, milliseconds. */
const TIMEOUT = 2000;

/** Requests over a link that wait for their answer. Lives in memory only: who waits is in memory too. */
export class LinkRequests {
  readonly #waiting = new Map<string, (stats: RoomMediaStats | undefined) => void>();

  /** Sends a request and waits for its answer; undefined when none comes in time. */
  async ask(send: (requestId: string) => void): Promise<RoomMediaStats | undefined> {
    const requestId = crypto.randomUUID();
    const { promise, resolve } = Promise.withResolvers<RoomMediaStats | undefined>();
    const timer = setTimeout(() => resolve(undefined), TIMEOUT);
    this.#waiting.set(requestId, resolve);
    try {
      send(requestId);
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(requestId);
    }
  }

  /** An answer has come; one that nobody waits for is dropped. */
  answer(requestId: string, stats: RoomMediaStats): void {
    this.#waiting.get(requestId)?.(stats);
  }
}
