/** How long a test waits for what should come: long enough for a machine that has much else to do, ms. */
const PATIENCE_MS = 30_000;

/** Collects what arrives and lets a test wait for a certain one. */
export class Inbox<T> {
  readonly all: T[] = [];
  readonly #waiting = new Set<() => void>();

  push(item: T): void {
    this.all.push(item);
    for (const check of [...this.#waiting]) check();
  }

  /** How many there are: a mark to wait from. */
  get count(): number {
    return this.all.length;
  }

  /**
   * The first item after `from` that fits; it may be there already.
   *
   * @param what named in the error when it does not come in time
   */
  async next<S extends T>(
    fits: (item: T) => item is S,
    what: string,
    options?: { from?: number; ms?: number },
  ): Promise<S>;
  async next(fits: (item: T) => boolean, what: string, options?: { from?: number; ms?: number }): Promise<T>;
  async next(
    fits: (item: T) => boolean,
    what: string,
    { from = 0, ms = PATIENCE_MS }: { from?: number; ms?: number } = {},
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const check = () => {
      const index = this.all.findIndex((item, at) => at >= from && fits(item));
      if (index >= 0) resolve(this.all[index] as T);
    };
    const timer = setTimeout(() => {
      const seen = this.all.slice(from).map((item) => JSON.stringify(item).slice(0, 300));
      reject(new Error(`${what} did not come within ${ms} ms; what came: ${seen.join('\n') || 'nothing'}`));
    }, ms);
    this.#waiting.add(check);
    check();
    return await promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(check);
    });
  }
}

/** Waits until something holds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  ms = PATIENCE_MS,
): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`within ${ms} ms it did not come about that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
