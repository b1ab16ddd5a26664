import { setTimeout as sleep } from 'node:timers/promises';

/** How often it asks, ms. */
const INTERVAL_MS = 100;
/** What takes this long counts as hung: no machine is this busy, ms. */
const HUNG_MS = 30_000;

/** Asks addresses again and again, and keeps the longest time that each took to answer. */
export class Watch {
  /** By address, ms. */
  readonly longest = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #asking: Promise<void>[];

  constructor(urls: readonly string[]) {
    this.#asking = urls.map((url) => this.#ask(url));
    // Told by `stop`.
    for (const asking of this.#asking) asking.catch(() => undefined);
  }

  /** @throws {Error} when an address has not answered, or not well */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#asking);
  }

  async #ask(url: string): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const start = performance.now();
      let status: string;
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(HUNG_MS) });
        await response.text();
        status = String(response.status);
      } catch (error) {
        status = String(error);
      }
      const took = performance.now() - start;
      this.longest.set(url, Math.max(this.longest.get(url) ?? 0, took));
      if (status !== '200') throw new Error(`${url} answered ${status} after ${Math.round(took)} ms`);
      await sleep(INTERVAL_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }
}
