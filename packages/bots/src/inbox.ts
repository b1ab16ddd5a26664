/** How many items are kept by default: enough to say what came, little enough for a thousand bots. */
const KEPT = 500;
/** How long a test waits for what should come: long enough for a machine that has much else to do, ms. */
const PATIENCE_MS = 30_000;

/** How to wait. */
export interface WaitOptions {
  /** What `count` said before: only later items fit. Default 0, all that are kept. */
  from?: number;
  /** Default 15 s. */
  ms?: number;
}

/** Collects what arrives, keeps the latest, and lets a test wait for a certain one. */
export class Inbox<T> {
  readonly #kept: number;
  readonly #items: T[] = [];
  readonly #waiting = new Set<() => void>();
  #dropped = 0;

  constructor(kept = KEPT) {
    this.#kept = kept;
  }

  push(item: T): void {
    this.#items.push(item);
    for (const look of [...this.#waiting]) look();
    if (this.#items.length <= this.#kept) return;
    this.#items.shift();
    this.#dropped += 1;
  }

  /** How many have come: a mark to wait from. */
  get count(): number {
    return this.#dropped + this.#items.length;
  }

  /** What is kept of what came after a mark. */
  since(mark: number): readonly T[] {
    return this.#items.slice(Math.max(0, mark - this.#dropped));
  }

  /**
   * The first item that fits; it may be there already.
   *
   * @param what named in the error when it does not come in time
   * @throws {Error} says what did come
   */
  async waitFor<S extends T>(fits: (item: T) => item is S, what: string, options?: WaitOptions): Promise<S>;
  async waitFor(fits: (item: T) => boolean, what: string, options?: WaitOptions): Promise<T>;
  async waitFor(
    fits: (item: T) => boolean,
    what: string,
    { from = 0, ms = PATIENCE_MS }: WaitOptions = {},
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = () => {
      const index = this.since(from).findIndex(fits);
      if (index >= 0) resolve(this.since(from)[index] as T);
    };
    const timer = setTimeout(() => {
      const came = this.since(from).map((item) => JSON.stringify(item).slice(0, 200));
      reject(new Error(`${what} did not come within ${ms} ms; what came: ${came.join('\n') || 'nothing'}`));
    }, ms);
    this.#waiting.add(look);
    look();
    return await promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(look);
    });
  }
}

/**
 * Waits until something holds, for figures that have no event.
 *
 * @param what named in the error, after "that"
 * @param state told in the error
 * @throws {Error} when it does not come about in time
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  { ms = PATIENCE_MS, state = () => '' }: { ms?: number; state?: () => string } = {},
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end)
      throw new Error(`within ${ms} ms it did not come about that ${what}; ${state()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
