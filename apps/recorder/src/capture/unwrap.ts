/**
 * Makes a counter that wraps around, such as an RTP sequence number or timestamp (RFC 3550), one that goes on: the
 * value nearest to what was expected.
 */
export class Unwrap {
  readonly #range: number;
  #highest: number | undefined;

  /** @param bits Of the counter, at most 32. */
  constructor(bits: number) {
    this.#range = 2 ** bits;
  }

  /**
   * @param value 0 to 2^bits − 1.
   * @param ahead How far beyond the highest so far it is expected; half the range is the most that can be told apart.
   */
  next(value: number, ahead = 0): number {
    const result = this.peek(value, ahead);
    if (this.#highest === undefined || result > this.#highest) this.#highest = result;
    return result;
  }

  /** As {@link Unwrap.next}, but what comes later is not measured by it. */
  peek(value: number, ahead = 0): number {
    if (this.#highest === undefined) return value;
    const expected = this.#highest + ahead;
    return value + Math.round((expected - value) / this.#range) * this.#range;
  }
}
