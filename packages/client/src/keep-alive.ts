/** Milliseconds between pings: under the 30 s after which some middle boxes forget a quiet connection. */
export const PING_INTERVAL = 25_000;
/** Pings without a pong after which the connection is given up. */
export const MISSED_PONGS = 2;
/** Milliseconds for a pong when there is reason to think that the connection is dead. */
export const PROBE_TIMEOUT = 5_000;
/** Milliseconds by which a timer is so late that the machine must have slept. */
export const SLEPT = 5_000;

/**
 * Finds out that a connection is dead though nothing was closed: a network that changed, a laptop that slept. The
 * server's runtime answers "ping" with "pong" without waking the room. After a sleep, when the browser finds a network
 * when the page is shown, and when media is interrupted, one ping has to be answered soon.
 */
export class KeepAlive {
  readonly #ping: () => void;
  readonly #lost: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #unanswered = 0;
  #probe: ReturnType<typeof setTimeout> | undefined;

  constructor(ping: () => void, lost: () => void) {
    this.#ping = ping;
    this.#lost = () => {
      this.stop();
      lost();
    };
    let due = Date.now() + PING_INTERVAL;
    this.#timer = setInterval(() => {
      const slept = hasSlept(due);
      due = Date.now() + PING_INTERVAL;
      if (slept) this.check();
      else this.#pingAgain();
    }, PING_INTERVAL);
    globalThis.addEventListener?.('online', this.check);
    globalThis.document?.addEventListener('visibilitychange', this.#shown);
  }

  /** Something came from the server. */
  alive(): void {
    this.#unanswered = 0;
    clearTimeout(this.#probe);
    this.#probe = undefined;
  }

  /** There is reason to think that the connection is dead: pings, unless that has just been done, and wants an answer soon. */
  readonly check = (): void => {
    if (this.#probe !== undefined) return;
    this.#ping();
    const due = Date.now() + PROBE_TIMEOUT;
    this.#probe = setTimeout(() => {
      this.#probe = undefined;
      // The answer had no time to come.
      if (hasSlept(due)) this.check();
      else this.#lost();
    }, PROBE_TIMEOUT);
  };

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#probe);
    globalThis.removeEventListener?.('online', this.check);
    globalThis.document?.removeEventListener('visibilitychange', this.#shown);
  }

  #pingAgain(): void {
    if (this.#unanswered >= MISSED_PONGS) {
      this.#lost();
      return;
    }
    this.#unanswered += 1;
    this.#ping();
  }

  readonly #shown = (): void => {
    if (document.visibilityState === 'visible') this.check();
  };
}

/** @param due when the timer that fires now should have fired, milliseconds since the epoch */
function hasSlept(due: number): boolean {
  return Date.now() - due >= SLEPT;
}
