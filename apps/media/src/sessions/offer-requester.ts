/** Seconds between an offer that brought nothing and the next request; the last one repeats. */
const DELAYS = [0.5, 1, 2, 4, 8, 15, 30, 60] as const;

/** The delay before request number `attempt` (0 is the first repetition), ms. */
function requestDelay(attempt: number): number {
  return (DELAYS[attempt] ?? 60) * 1000;
}

/**
 * Asks a client for its offer until it has published once. Many a client asks for its camera only after it has joined,
 * so that its first offers are empty; it is asked again after each of those, ever more seldom.
 */
export class OfferRequester {
  readonly #ask: () => void;
  #attempt = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Asked, and no offer has come since. */
  #waiting = false;
  #done = false;

  /** @param ask sends `request-offer` */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** Asks for the first time. */
  start(): void {
    if (!this.#done) this.#request();
  }

  /** Asks once more where no offer has come yet: the request may have been lost. */
  repeat(): void {
    if (this.#waiting) this.#request();
  }

  /** An offer came. */
  offered(): void {
    this.#waiting = false;
  }

  /** An offer came that has nothing to send yet. */
  offeredNothing(): void {
    if (this.#done || this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#request();
      },
      requestDelay(this.#attempt++),
    );
  }

  /** Never asks again: the client has published, or asks not to be asked, or is gone. */
  stop(): void {
    this.#done = true;
    this.#waiting = false;
    clearTimeout(this.#timer);
  }

  #request(): void {
    this.#waiting = true;
    this.#ask();
  }
}
