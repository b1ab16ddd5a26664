/** Remembers one-time ids until they could not be used anyway. Memory is bounded. */
export class ReplayCache {
  readonly #seen = new Map<string, number>();
  readonly #capacity: number;

  /** @param capacity most ids remembered at once */
  constructor(capacity = 100_000) {
    this.#capacity = capacity;
  }

  /** How many ids it remembers. */
  get size(): number {
    return this.#seen.size;
  }

  /**
   * Uses up an id.
   *
   * @param until when it may be forgotten, ms
   * @param now ms
   * @returns `used` when it was used before; `full` when it cannot be remembered, and so must not be accepted
   */
  use(id: string, until: number, now: number): 'fresh' | 'used' | 'full' {
    const known = this.#seen.get(id);
    if (known !== undefined && known > now) return 'used';
    if (this.#seen.size >= this.#capacity) this.sweep(now);
    if (this.#seen.size >= this.#capacity) return 'full';
    this.#seen.set(id, until);
    return 'fresh';
  }

  /** Forgets what could not be used anyway. @param now ms */
  sweep(now: number): void {
    for (const [id, until] of this.#seen) if (until <= now) this.#seen.delete(id);
  }
}
