/**
 * Webhooks lose nothing: all that happens in rooms while their receiver is down, and the Worker is killed and started
 * again, arrives in order, signed, none missing: `pnpm prove:webhooks`. Set by the environment:
 *
 * - `ROOMS` (5): how many rooms
 * - `DOWN_SECONDS` (60): how long the receiver is down; the Worker is killed in the middle
 *
 * In each room a bot with a microphone stays throughout while others come, publish and go. When the receiver has gone, one of
 * the rooms is closed over the API and made anew. At the end all rooms are closed, and what the receiver got is compared with
 * what the bots did: who came and went, each track, each call's report, and the numbers of all events without a gap.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Bot } from '@parley/bots/bot';
import { until } from '@parley/bots/inbox';
import { freePort } from '../free-port.ts';
import type { Stack, StackOptions } from '../stack.ts';
import { atMostOnceASecond, seconds } from './format.ts';
import { numberSetting, showProof } from './show-proof.ts';
import { differences, type RoomHistory } from './webhooks/history.ts';
import { KEY, Receiver } from './webhooks/receiver.ts';

export interface WebhooksOptions {
  rooms: number;
  downSeconds: number;
  /** Hears how it goes, at most once a second. */
  onProgress?(line: string): void;
}

export interface WebhooksFigures {
  events: number;
  /** Events that happened while the receiver was down. */
  missed: number;
  /** How many came twice. */
  again: number;
  joins: number;
  calls: number;
  /** From the receiver's return until it had all that it had missed. */
  caughtUpMs: number;
}

/** Low, that a busy machine carries it: packets a second. */
const AUDIO_RATE = 10;
/** The longest pause between attempts, after a minute, and time for a busy machine, ms. */
const CATCH_UP_MS = 180_000;

/** A receiver that runs, and what the proof's stack needs to know of it. */
export async function startReceiver(): Promise<{ receiver: Receiver; options: StackOptions }> {
  const receiver = new Receiver(await freePort());
  await receiver.up();
  const edgeEnv = {
    PARLEY_WEBHOOKS_URLS: JSON.stringify([receiver.url]),
    PARLEY_API_KEYS: `${KEY.id}:${KEY.secret}`,
  };
  return { receiver, options: { edgeEnv } };
}

/**
 * @param stack started with the options of {@link startReceiver}; nobody else uses it
 * @throws {Error} naming what is missing or out of order
 */
export async function proveWebhooks(
  stack: Stack,
  receiver: Receiver,
  { rooms: count, downSeconds, onProgress = () => undefined }: WebhooksOptions,
  print: (text: string) => void,
): Promise<WebhooksFigures> {
  const rooms = await Promise.all(
    Array.from({ length: count }, (_, index) => Room.open(stack, `hook-${index}`)),
  );
  const everywhere = (what: (room: Room) => Promise<void>) => Promise.all(rooms.map(what));
  try {
    await everywhere((room) => room.visit());
    const toldBefore = () =>
      receiver.events.filter(({ event }) => event === 'participant-left').length === count;
    await until(toldBefore, 'what happens first is told', { ms: 30_000 });
    await receiver.down();
    const before = receiver.events.length;
    const end = performance.now() + downSeconds * 1000;
    const half = end - downSeconds * 500;
    do {
      onProgress(`the receiver is down for ${seconds(end - performance.now())} s more`);
      await everywhere((room) => room.visit());
    } while (performance.now() < half);
    await rooms[0]?.renew();
    await stack.killEdge();
    onProgress('the Worker is killed');
    await stack.startEdge();
    await everywhere((room) => room.isBack());
    do {
      onProgress(`the receiver is down for ${seconds(end - performance.now())} s more`);
      await everywhere((room) => room.visit());
    } while (performance.now() < end);
    if (receiver.events.length !== before) throw new Error('the receiver was not down');
    const returnedAt = performance.now();
    await receiver.up();
    const lastJoin = () => rooms.every((room) => room.isTold(receiver));
    await until(lastJoin, 'all that was missed is told', {
      ms: CATCH_UP_MS,
      state: () => `${receiver.events.length} events came`,
    });
    const caughtUpMs = performance.now() - returnedAt;
    const missed = receiver.events.length - before;
    await everywhere((room) => room.close());
    const histories = rooms.flatMap((room) => room.histories);
    const isOver = () =>
      receiver.events.filter(({ event }) => event === 'call-report').length >= histories.length;
    await until(isOver, 'the report of each call', { ms: 60_000 });
    const wrong = rooms.flatMap((room) =>
      differences(
        receiver.events
          .filter((event) => event.event !== 'recording-finished')
          .filter(({ roomId }) => roomId === room.roomId),
        room.histories,
      ),
    );
    wrong.push(...receiver.wrong);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    const figures = {
      events: receiver.events.length,
      missed,
      again: receiver.again,
      joins: histories.flatMap(({ stays }) => stays).length,
      calls: histories.length,
      caughtUpMs,
    };
    print(describe(figures, { count, downSeconds }));
    return figures;
  } finally {
    for (const room of rooms) room.drop();
  }
}

function describe(
  { events, missed, again, joins, calls, caughtUpMs }: WebhooksFigures,
  { count, downSeconds }: { count: number; downSeconds: number },
): string {
  return (
    `${count} rooms, the receiver down for ${downSeconds} s and the Worker killed meanwhile: ${joins} joins, ${calls} calls; ` +
    `${events} events came in order, each signed, none is missing; ${missed} of them had to wait, ` +
    `and were there ${seconds(caughtUpMs)} s after the receiver was; ${again} came twice`
  );
}

/** One room: who stays in it, and what has happened there. */
class Room {
  readonly roomId: string;
  readonly histories: RoomHistory[] = [];
  readonly #stack: Stack;
  #host: Bot | undefined;
  #visits = 0;

  private constructor(stack: Stack, roomId: string) {
    this.#stack = stack;
    this.roomId = roomId;
  }

  static async open(stack: Stack, roomId: string): Promise<Room> {
    const room = new Room(stack, roomId);
    await room.#begin();
    return room;
  }

  /** Somebody comes, publishes, and goes. */
  async visit(): Promise<void> {
    this.#visits += 1;
    const bot = await this.#come(`visitor ${this.#visits} of ${this.roomId}`);
    // Long enough that the node has counted some sound.
    await sleep(500);
    await bot.leave();
  }

  /** The room is closed over the API, and made anew by who comes next. */
  async renew(): Promise<void> {
    await this.close();
    await this.#begin();
  }

  /** Whoever was there before the Worker was killed is there again, as the same. */
  async isBack(): Promise<void> {
    const host = this.#host;
    await until(
      () => host?.isReady === true && host.reconnects.length > 0,
      `the host of ${this.roomId} is back`,
      {
        ms: 60_000,
        state: () => JSON.stringify(host?.figures()),
      },
    );
    if (host?.participantId !== this.histories.at(-1)?.stays[0]?.participantId) {
      throw new Error(`the host of ${this.roomId} came back as somebody else`);
    }
  }

  /** Whether the receiver knows of the last who came. */
  isTold({ events }: Receiver): boolean {
    const last = this.histories.at(-1)?.stays.at(-1)?.participantId;
    return events.some(
      (event) => event.event === 'participant-left' && event.participant.participantId === last,
    );
  }

  async close(): Promise<void> {
    const host = this.#host;
    const { status } = await fetch(`${this.#stack.url}/api/rooms/${this.roomId}`, { method: 'DELETE' });
    if (status !== 204) throw new Error(`closing ${this.roomId} was answered with ${status}`);
    await until(() => host?.ended !== undefined, `the host of ${this.roomId} is out`);
    this.drop();
  }

  drop(): void {
    this.#host?.close();
    this.#host = undefined;
  }

  async #begin(): Promise<void> {
    this.histories.push({ roomId: this.roomId, stays: [] });
    this.#host = await this.#come(`host of ${this.roomId}`);
  }

  async #come(name: string): Promise<Bot> {
    const publish = ['microphone'] as const;
    const bot = new Bot({
      edgeUrl: this.#stack.url,
      room: this.roomId,
      name,
      publish,
      audioRate: AUDIO_RATE,
    });
    await bot.join();
    const stay = { participantId: bot.participantId, name, tracks: [] as string[] };
    this.histories.at(-1)?.stays.push(stay);
    await bot.ready();
    stay.tracks.push(...bot.published.values());
    return bot;
  }
}

if (import.meta.main) {
  const { receiver, options } = await startReceiver();
  await showProof(options, async (stack) => {
    try {
      await proveWebhooks(
        stack,
        receiver,
        {
          rooms: numberSetting('ROOMS', 5),
          downSeconds: numberSetting('DOWN_SECONDS', 60),
          onProgress: atMostOnceASecond((line) => console.error(line)),
        },
        console.log,
      );
    } finally {
      await receiver.down();
    }
    return 'nothing that happened is missing, and all came in order';
  });
}
