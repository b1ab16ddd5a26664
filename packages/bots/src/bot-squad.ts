import { setTimeout as sleep } from 'node:timers/promises';
import { Bot, type BotOptions } from './bot.ts';
import type { BotFigures } from './bot-figures.ts';
import { type FleetFigures, figuresOf, mergeFigures, noFigures } from './fleet-figures.ts';

/** How fast bots come. */
export interface Pace {
  /** How many are on their way in at one time. */
  joiningAtOnce: number;
  /** How many start to join in a second, at the most. */
  joinsPerSecond: number;
  /** How long one may take to be let in, and then to publish, ms; the bot's own when absent. */
  patienceMs?: number | undefined;
}

/** The bots of one process. */
export class BotSquad {
  readonly #plan: readonly BotOptions[];
  readonly #pace: Pace;
  readonly #bots: Bot[] = [];
  #closed = false;

  constructor(plan: readonly BotOptions[], pace: Pace) {
    this.#plan = plan;
    this.#pace = pace;
  }

  /** Brings all in. Resolves when each is ready or has failed; see the figures. */
  async start(): Promise<void> {
    const { joiningAtOnce, joinsPerSecond } = this.#pace;
    const start = performance.now();
    let next = 0;
    const usher = async () => {
      for (;;) {
        const index = next++;
        const options = this.#plan[index];
        if (options === undefined) return;
        await sleep(Math.max(0, start + (index * 1000) / joinsPerSecond - performance.now()));
        if (this.#closed) return;
        await this.#join(options);
      }
    };
    await Promise.all(Array.from({ length: joiningAtOnce }, usher));
  }

  async figures(): Promise<FleetFigures> {
    const waiting = noFigures(this.#plan.length - this.#bots.length);
    return mergeFigures([waiting, ...this.#bots.map((bot) => figuresOf(bot.figures()))]);
  }

  /** What has come to pass with each bot that has started to join. */
  async bots(): Promise<BotFigures[]> {
    return this.#bots.map((bot) => bot.figures());
  }

  /** See {@link Bot.setIdle}; of those that have started to join. */
  async setIdle(idles: boolean): Promise<void> {
    for (const bot of this.#bots) bot.setIdle(idles);
  }

  /** Says goodbye for each bot, then closes all. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#bots.map((bot) => bot.leave()));
  }

  async #join(options: BotOptions): Promise<void> {
    const bot = new Bot(options);
    this.#bots.push(bot);
    try {
      await bot.join(this.#pace.patienceMs);
      await bot.ready(this.#pace.patienceMs);
    } catch {
      // The reason stands in its figures, the server's where that has said one.
      bot.close('not ready in time');
    }
  }
}
