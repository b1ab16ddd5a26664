import type { BotFigures } from '@parley/bots/bot-figures';
import type { BotFleet } from '@parley/bots/bot-fleet';

/** What all bots together received in one span of time. */
export interface MediaWindow {
  /** Since the watch began, ms. */
  from: number;
  to: number;
  /** Packets of the bot that got the fewest, and of the one in the middle. */
  least: number;
  median: number;
  /** Names of the bots that got nothing. */
  starved: string[];
}

/** Watches how many packets each bot of a fleet receives, one span of time after the other. */
export class MediaWindows {
  readonly #fleet: BotFleet;
  readonly #windows: MediaWindow[] = [];
  readonly #start = performance.now();
  readonly #watching: Promise<void>;
  readonly #stopped = Promise.withResolvers<void>();
  #isOver = false;

  /** @param ms length of a window; a busy machine makes it longer */
  constructor(fleet: BotFleet, ms: number) {
    this.#fleet = fleet;
    this.#watching = this.#watch(ms);
  }

  /** Ends the watch. */
  async stop(): Promise<readonly MediaWindow[]> {
    this.#isOver = true;
    this.#stopped.resolve();
    await this.#watching;
    return this.#windows;
  }

  async #watch(ms: number): Promise<void> {
    let before = received(await this.#fleet.bots());
    let from = performance.now() - this.#start;
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      await Promise.race([promise, this.#stopped.promise]);
      clearTimeout(timer);
      // What is shorter than the others says nothing.
      if (this.#isOver) return;
      const after = received(await this.#fleet.bots());
      const to = performance.now() - this.#start;
      const counts = [...after].map(([name, packets]) => ({
        name,
        packets: packets - (before.get(name) ?? 0),
      }));
      const sorted = counts.map(({ packets }) => packets).toSorted((a, b) => a - b);
      this.#windows.push({
        from,
        to,
        least: sorted[0] ?? 0,
        median: sorted[Math.floor(sorted.length / 2)] ?? 0,
        starved: counts.filter(({ packets }) => packets <= 0).map(({ name }) => name),
      });
      before = after;
      from = to;
    }
  }
}

/** Packets that each bot has received, by its name. */
export function received(bots: readonly BotFigures[]): Map<string, number> {
  return new Map(
    bots.map(({ name, tracks }) => [name, tracks.reduce((sum, { packets }) => sum + packets, 0)]),
  );
}
