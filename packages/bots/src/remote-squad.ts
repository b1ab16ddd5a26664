import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BotOptions } from './bot.ts';
import type { BotFigures } from './bot-figures.ts';
import type { Pace } from './bot-squad.ts';
import { type FleetFigures, noFigures } from './fleet-figures.ts';
import type { FromWorker, ToWorker } from './fleet-messages.ts';

/** How long a process may take to say goodbye for its bots, ms. */
const CLOSE_MS = 20_000;

/** Bots in a process of their own. When it dies, its bots count as failed. */
export class RemoteSquad {
  readonly #plan: readonly BotOptions[];
  readonly #pace: Pace;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<FromWorker['type'], PromiseWithResolvers<FromWorker>>();
  #died: string | undefined;

  constructor(plan: readonly BotOptions[], pace: Pace) {
    this.#plan = plan;
    this.#pace = pace;
    this.#process = fork(fileURLToPath(new URL('./fleet-worker.ts', import.meta.url)), [], {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('message', (message) => {
      const { type } = message as FromWorker;
      this.#waiting.get(type)?.resolve(message as FromWorker);
      this.#waiting.delete(type);
    });
    this.#process.once('exit', (code, signal) => {
      this.#died = `the process of the bots ended with ${signal ?? code}`;
      for (const { reject } of this.#waiting.values()) reject(new Error(this.#died));
      this.#waiting.clear();
    });
  }

  /** The process's id. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves when each bot is ready or has failed, also when the process has died. */
  async start(): Promise<void> {
    await this.#ask({ type: 'start', plan: this.#plan, pace: this.#pace }).catch(() => undefined);
  }

  async figures(): Promise<FleetFigures> {
    const answer = await this.#ask({ type: 'figures' }).catch(() => undefined);
    if (answer?.type === 'figures') return answer.figures;
    const bots = this.#plan.length;
    return { ...noFigures(bots), failed: { [this.#died ?? 'no figures']: bots } };
  }

  /** Nothing when the process has died. */
  async bots(): Promise<BotFigures[]> {
    const answer = await this.#ask({ type: 'bots' }).catch(() => undefined);
    return answer?.type === 'bots' ? answer.bots : [];
  }

  async setIdle(idles: boolean): Promise<void> {
    await this.#ask({ type: 'idle', idles }).catch(() => undefined);
  }

  async close(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_MS);
    await Promise.race([this.#ask({ type: 'close' }).catch(() => undefined), late]);
    clearTimeout(timer);
    if (this.#died !== undefined) return;
    const { promise, resolve: gone } = Promise.withResolvers<void>();
    this.#process.once('exit', () => gone());
    this.#process.kill('SIGKILL');
    await promise;
  }

  /** Those who ask the same at once share the answer. */
  async #ask(message: ToWorker): Promise<FromWorker> {
    if (this.#died !== undefined) throw new Error(this.#died);
    const asked = this.#waiting.get(message.type);
    if (asked !== undefined) return await asked.promise;
    const answer = Promise.withResolvers<FromWorker>();
    this.#waiting.set(message.type, answer);
    this.#process.send(message);
    return await answer.promise;
  }
}
