/**
 * Does something after changes: at once after the first one, and once for all that come within a time of that. What changes
 * in one go is done in one go.
 */
export class Coalescer {
  readonly #pauseMs: () => number;
  readonly #task: () => void;
  #timer: NodeJS.Timeout | undefined;
  #doneAt = Number.NEGATIVE_INFINITY;
  #stopped = false;

  /** @param pauseMs between two times, at the least; asked when something changes */
  constructor(pauseMs: () => number, task: () => void) {
    this.#pauseMs = pauseMs;
    this.#task = task;
  }

  /** Something has changed. */
  changed(): void {
    if (this.#stopped || this.#timer !== undefined) return;
    this.#doIn(this.#rest);
  }

  /** It could not be done yet, and can be after `ms`; what changes meanwhile is done then. */
  putOff(ms: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#doIn(Math.max(ms, this.#rest));
  }

  /** Something has changed that cannot wait for others. */
  hurry(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#doIn(0);
  }

  /** Nothing is done any more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** What is left of the pause, ms. */
  get #rest(): number {
    return Math.max(0, this.#doneAt + this.#pauseMs() - performance.now());
  }

  #doIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#doneAt = performance.now();
      this.#task();
    }, ms);
  }
}
