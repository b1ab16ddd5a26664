/** Milliseconds between pings: under the 30 s after which some middle boxes forget a quiet connection. */
export const PING_INTERVAL = 25_000;
/** Pings without a pong after which the connection is given up. */
export const MISSED_PONGS = 2;

/**
 * Finds out that a connection is dead though nothing was closed: a network that changed, a laptop that slept. The
 * server's runtime answers "ping" with "pong" without waking the room.
 */
export class KeepAlive {
  readonly #timer: ReturnType<typeof setInterval>;
  #unanswered = 0;

  constructor(ping: () => void, lost: () => void) {
    this.#timer = setInterval(() => {
      if (this.#unanswered >= MISSED_PONGS) {
        this.stop();
        lost();
        return;
      }
      this.#unanswered += 1;
      ping();
    }, PING_INTERVAL);
  }

  /** Something came from the server. */
  alive(): void {
    this.#unanswered = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
