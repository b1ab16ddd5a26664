import { setTimeout as sleep } from 'node:timers/promises';
import type { BotOptions } from '@parley/bots/bot';
import { BotFleet } from '@parley/bots/bot-fleet';
import { costsOf } from '../../prove/process-costs.ts';
import type { Stack } from '../../stack.ts';

export interface LoadOptions {
  /** Rooms, of one bot who sends and some who receive. */
  rooms: number;
  viewers: number;
  /** Packets of sound a second that each sender sends, beside its camera's. */
  audioRate: number;
}

/** Until the load is there, and then for which CPU is measured to find how many rooms are needed, ms. */
const SETTLE_MS = 1_000;
const LOOK_MS = 3_000;

/**
 * Rooms that keep a stack's one media worker busy. Those who receive are stopped while it counts (SIGSTOP): a machine of two cores
 * cannot decrypt for hundreds as well. The worker sends them all the same, and the node takes them for lost only after 30 s.
 */
export class NodeLoad {
  readonly #stack: Stack;
  readonly #senders: readonly BotFleet[];
  readonly #viewers: BotFleet;
  /** Share of a core that the worker uses when all send. */
  #most: number | undefined;

  private constructor(stack: Stack, senders: readonly BotFleet[], viewers: BotFleet) {
    this.#stack = stack;
    this.#senders = senders;
    this.#viewers = viewers;
  }

  /** Brings everybody in; next to nothing is sent yet. @throws {Error} when somebody does not get in */
  static async open(stack: Stack, { rooms, viewers, audioRate }: LoadOptions): Promise<NodeLoad> {
    const id = crypto.randomUUID();
    const bot = (room: number, name: string): BotOptions => ({
      edgeUrl: stack.url,
      room: `load-${id}-${room}`,
      name,
      simulcast: true,
      audioRate,
    });
    const numbers = Array.from({ length: rooms }, (_, room) => room);
    const senders = numbers.map(
      (room) =>
        new BotFleet([{ ...bot(room, 'Sender'), publish: ['microphone', 'camera'] }], { processes: 0 }),
    );
    const plan = numbers.flatMap((room) =>
      Array.from({ length: viewers }, (_, index) => bot(room, `${index}`)),
    );
    const load = new NodeLoad(stack, senders, new BotFleet(plan, { processes: 1 }));
    try {
      for (const sender of senders) {
        await sender.start();
        await sender.setIdle(true);
      }
      await load.#viewers.start();
      for (const fleet of [...senders, load.#viewers]) {
        const { failed } = await fleet.figures();
        if (Object.keys(failed).length > 0) throw new Error(`bots failed: ${JSON.stringify(failed)}`);
      }
      return load;
    } catch (error) {
      await load.close();
      throw error;
    }
  }

  /**
   * Has as many rooms send as hold the worker at a share of its core, as near as whole rooms come, and does something meanwhile.
   *
   * @returns with the share that it came to meanwhile
   */
  async during<T>(share: number, act: () => Promise<T>): Promise<{ result: T; cpu: number }> {
    const rooms = this.#senders.length;
    this.#most ??= (await this.#with(rooms, () => sleep(LOOK_MS))).cpu;
    return await this.#with(Math.min(rooms, Math.round((share / this.#most) * rooms)), act);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#senders, this.#viewers].map((fleet) => fleet.close()));
  }

  /** Does something while this many rooms send and nobody decrypts. */
  async #with<T>(rooms: number, act: () => Promise<T>): Promise<{ result: T; cpu: number }> {
    await this.#send(rooms);
    this.#signal('SIGSTOP');
    try {
      await sleep(SETTLE_MS);
      const before = await this.#used();
      const result = await act();
      const after = await this.#used();
      return { result, cpu: ((after.cpu - before.cpu) * 1000) / (after.at - before.at) };
    } finally {
      this.#signal('SIGCONT');
      await this.#send(0);
    }
  }

  async #send(count: number): Promise<void> {
    await Promise.all(this.#senders.map((sender, index) => sender.setIdle(index >= count)));
  }

  #signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    for (const pid of this.#viewers.pids) process.kill(pid, signal);
  }

  /** CPU seconds of the media worker so far. */
  async #used(): Promise<{ at: number; cpu: number }> {
    const costs = await costsOf(this.#stack);
    return { at: performance.now(), cpu: costs['media workers'].cpu };
  }
}
