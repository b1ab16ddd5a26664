/** Key frames are asked for no more often than this, milliseconds: they cost every viewer. */
const AT_LEAST_MS = 1000;

/** When to ask a video's source for a key frame (PLI, RFC 4585 §6.3.1). */
export class KeyFrameWish {
  #wanted = false;
  #asked = Number.NEGATIVE_INFINITY;

  /** Asks until one comes. @param from Not before this time: one may be on its way. */
  want(from = Number.NEGATIVE_INFINITY): void {
    this.#wanted = true;
    this.#asked = Math.max(this.#asked, from - AT_LEAST_MS);
  }

  came(): void {
    this.#wanted = false;
  }

  /** Whether to send one now. */
  due(now: number): boolean {
    if (!this.#wanted || now - this.#asked < AT_LEAST_MS) return false;
    this.#asked = now;
    return true;
  }
}
