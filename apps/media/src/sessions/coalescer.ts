/**
 * Does something after changes: at once after the first one, and once for all that come within a time of that. What changes
 * in one go is done in one go.
 */
export class Coalescer {
  readonly #pauseMs: number;
  readonly #task: () => void;
  #timer: NodeJS.Timeout | undefined;
  #doneAt = Number.NEGATIVE_INFINITY;
  #stopped = false;

  /** @param pauseMs between two times, at the least */
  constructor(pauseMs: number, task: () => void) {
    this.#pauseMs = pauseMs;
    this.#task = task;
  }

  /** Something has changed. */
  changed(): void {
    if (this.#stopped || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#doneAt + this.#pauseMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#doneAt = performance.now();
      this.#task();
    }, wait);
  }

  /** Nothing is done any more. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}
