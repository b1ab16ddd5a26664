import type { BotOptions } from './bot.ts';
import type { BotFigures } from './bot-figures.ts';
import { BotSquad, type Pace } from './bot-squad.ts';
import { type FleetFigures, mergeFigures } from './fleet-figures.ts';
import { RemoteSquad } from './remote-squad.ts';

/** How many bots one process carries with ease, see the README. */
const BOTS_PER_PROCESS = 500;
/** Between two progress reports, ms. */
const PROGRESS_MS = 1000;

export interface FleetOptions extends Partial<Pace> {
  /** How many processes carry the bots; 0 is this one. Default: this one for up to 500 bots, else one for each 500. */
  processes?: number;
  /** Hears how it goes while bots come in, once a second; see `progressLine`. */
  onProgress?(figures: FleetFigures): void;
}

/** Many bots: brings them in at a pace, adds up what they count, takes them away. */
export class BotFleet {
  readonly #squads: readonly (BotSquad | RemoteSquad)[];
  readonly #onProgress: FleetOptions['onProgress'];

  /** Default pace: 20 joining at once, 50 joins a second. */
  constructor(
    plan: readonly BotOptions[],
    { joiningAtOnce = 20, joinsPerSecond = 50, patienceMs, processes, onProgress }: FleetOptions = {},
  ) {
    this.#onProgress = onProgress;
    const count =
      processes ?? (plan.length > BOTS_PER_PROCESS ? Math.ceil(plan.length / BOTS_PER_PROCESS) : 0);
    if (count === 0) {
      this.#squads = [new BotSquad(plan, { joiningAtOnce, joinsPerSecond, patienceMs })];
      return;
    }
    const pace = {
      joiningAtOnce: Math.max(1, Math.round(joiningAtOnce / count)),
      joinsPerSecond: joinsPerSecond / count,
      patienceMs,
    };
    // In turn, so that the plan's order is kept over the processes.
    this.#squads = Array.from(
      { length: count },
      (_, index) =>
        new RemoteSquad(
          plan.filter((_, at) => at % count === index),
          pace,
        ),
    );
  }

  /** Ids of the processes of their own that carry the bots. */
  get pids(): number[] {
    return this.#squads.flatMap((squad) => (squad instanceof RemoteSquad ? (squad.pid ?? []) : []));
  }

  /** Brings all in. Resolves when each is ready or has failed; see the figures. */
  async start(): Promise<void> {
    const timer =
      this.#onProgress &&
      setInterval(() => void this.figures().then((figures) => this.#onProgress?.(figures)), PROGRESS_MS);
    try {
      await Promise.all(this.#squads.map((squad) => squad.start()));
    } finally {
      clearInterval(timer);
    }
  }

  /** What has come to pass so far. */
  async figures(): Promise<FleetFigures> {
    return mergeFigures(await Promise.all(this.#squads.map((squad) => squad.figures())));
  }

  /** What has come to pass with each bot that has started to join. */
  async bots(): Promise<BotFigures[]> {
    return (await Promise.all(this.#squads.map((squad) => squad.bots()))).flat();
  }

  /** Lets all bots that have started to join send next to nothing, or at their rates again; see `Bot.setIdle`. */
  async setIdle(idles: boolean): Promise<void> {
    await Promise.all(this.#squads.map((squad) => squad.setIdle(idles)));
  }

  /** Says goodbye for each bot, closes all and ends the processes. */
  async close(): Promise<void> {
    await Promise.all(this.#squads.map((squad) => squad.close()));
  }
}
