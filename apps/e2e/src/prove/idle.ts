/**
 * Shows that a call in which nobody comes, goes or says anything costs its Room object nothing: no message reaches it, it
 * sleeps, and it wakes with the room as it was: `pnpm prove:idle`. Set by the environment:
 *
 * - `IDLE_SECONDS` (300): how long nothing is to reach the Room objects; from 600 on they look after themselves meanwhile
 *
 * Two rooms of two bots with microphone and camera, one over the relay and one over sockets of their own. Counted are
 * the frames on each bot's socket to its Room (without `ping` and `pong`, which the runtime answers in the object's stead) and the
 * messages on the node's links. An object that the runtime has evicted writes "room woke" to the edge's log when it is there again:
 * not once while nothing happens, and once for the chat message after that.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bot } from '@parley/bots/bot';
import { until } from '@parley/bots/inbox';
import type { CarrierKind } from '@parley/protocol/client-messages';
import { RoomDetails } from '@parley/protocol/rest';
import type { Stack, StackOptions } from '../stack.ts';
import { atMostOnceASecond, seconds, table } from './format.ts';
import { numberSetting, showProof } from './show-proof.ts';

export interface IdleOptions {
  /** How long nothing is to happen: more than the runtime takes to evict an object, about ten. */
  seconds: number;
  /** Hears how it goes, at most once a second. */
  onProgress?(line: string): void;
}

/** Of one call. */
export interface IdleFigures {
  carrier: CarrierKind;
  /** Frames that the bots sent to the Room and got from it until the call was steady, and in the idle time. */
  settling: number;
  idle: number;
  /** How often the Room object was made anew in the idle time, and how often of that to look after itself. */
  woke: number;
  sweeps: number;
  /** Packets that the bots got in the idle time, and those that were lost. */
  packets: number;
  lost: number;
  longestPauseMs: number;
  /** From the chat message's sending, for which the object had to wake, until the other bot had it. */
  chatMs: number;
}

/** Stands for both calls: messages on the node's links in the idle time. */
export interface IdleProof {
  calls: IdleFigures[];
  linkMessages: number;
}

/** What the proof needs of its stack. */
export const IDLE_STACK = { edgeEnv: { LOG_LEVEL: 'debug' } } as const satisfies StackOptions;

/** Low, that a busy machine carries it: packets a second. */
const AUDIO_RATE = 10;
/** How often a Room object looks after itself, ms. */
const SWEEP_MS = 10 * 60_000;
/** A call is steady when for this long nothing was said, ms. */
const STEADY_MS = 3_000;

/**
 * @param stack started with {@link IDLE_STACK}; nobody else uses it
 * @throws {Error} naming what did not hold
 */
export async function proveIdle(
  stack: Stack,
  { seconds: duration, onProgress }: IdleOptions,
  print: (text: string) => void,
): Promise<IdleProof> {
  const calls = await Promise.all(
    (['direct', 'relay'] as const).map((carrier) => IdleCall.begin(stack, carrier)),
  );
  try {
    await settled(stack, calls);
    const links = await linkMessages(stack);
    for (const call of calls) await call.beginIdling();
    const end = performance.now() + duration * 1000;
    while (performance.now() < end) {
      await sleep(Math.min(1000, end - performance.now()));
      onProgress?.(`idle for ${seconds(duration * 1000 - Math.max(0, end - performance.now()))} s`);
    }
    const proof: IdleProof = {
      linkMessages: (await linkMessages(stack)) - links,
      calls: [],
    };
    for (const call of calls) proof.calls.push(await call.endIdling());
    print(describe(proof, duration));
    if (proof.linkMessages !== 0)
      throw new Error(`${proof.linkMessages} messages on the node's links while nothing happened`);
    for (const { carrier, idle, woke, sweeps } of proof.calls) {
      if (idle !== 0) throw new Error(`${idle} messages to or from the Room in the idle ${carrier} call`);
      if (woke > sweeps)
        throw new Error(`the Room of the ${carrier} call woke ${woke} times while nothing happened`);
    }
    return proof;
  } finally {
    await Promise.all(calls.map((call) => call.end()));
  }
}

/** A call of two, and what is known of it. */
class IdleCall {
  readonly carrier: CarrierKind;
  readonly #stack: Stack;
  readonly #room: string;
  readonly #bots: [Bot, Bot];
  readonly #begunAt = Date.now();
  #settling = 0;
  #woke = 0;
  #received = { packets: 0, lost: 0 };

  private constructor(stack: Stack, carrier: CarrierKind) {
    this.carrier = carrier;
    this.#stack = stack;
    this.#room = `idle-${carrier}`;
    const bot = (name: string) =>
      new Bot({
        edgeUrl: stack.url,
        room: this.#room,
        name,
        publish: ['microphone', 'camera'],
        carrier,
        audioRate: AUDIO_RATE,
      });
    this.#bots = [bot('Ann'), bot('Bob')];
  }

  static async begin(stack: Stack, carrier: CarrierKind): Promise<IdleCall> {
    const call = new IdleCall(stack, carrier);
    for (const bot of call.#bots) {
      await bot.join();
      await bot.ready();
    }
    for (const bot of call.#bots) {
      const hears = () => [...bot.received.values()].filter(({ packets }) => packets > 0).length === 2;
      await until(hears, `${bot.options.name} gets sound and picture over ${carrier}`);
      if (bot.carrier !== carrier) throw new Error(`${bot.options.name} goes over ${bot.carrier}`);
    }
    return call;
  }

  /** Frames between the bots and the Room so far. */
  get frames(): number {
    return this.#bots
      .map((bot) => bot.figures().signalling.room)
      .reduce((sum, { sentMessages, receivedMessages }) => sum + sentMessages + receivedMessages, 0);
  }

  async beginIdling(): Promise<void> {
    this.#settling = this.frames;
    this.#woke = await this.#wakings();
    this.#received = this.#media();
  }

  /** Says something, so that the Room wakes, and sees that it has forgotten nothing. */
  async endIdling(): Promise<IdleFigures> {
    const idle = this.frames - this.#settling;
    const woke = await this.#wakings();
    // An object that has slept has forgotten when it last looked after itself, but not that it has to.
    const sweeps = Math.floor((Date.now() - this.#begunAt) / SWEEP_MS);
    const { packets, lost } = this.#media();
    const [ann, bob] = this.#bots;
    const before = this.#lastSeq();
    const start = performance.now();
    ann.send({ type: 'chat', text: 'good morning' });
    const chat = await bob.event('chat');
    const chatMs = performance.now() - start;
    await until(
      async () => (await this.#wakings()) === woke + 1,
      `the Room of the ${this.carrier} call had slept and woke once`,
      { state: () => 'its log says something else' },
    );
    if (chat.seq !== before + 1) throw new Error(`the chat is event ${chat.seq} after ${before}`);
    await this.#roomIsIntact();
    return {
      carrier: this.carrier,
      settling: this.#settling,
      idle,
      woke: woke - this.#woke,
      sweeps,
      packets: packets - this.#received.packets,
      lost: lost - this.#received.lost,
      longestPauseMs: Math.max(
        ...this.#bots.flatMap((bot) => bot.figures().tracks.map(({ longestPauseMs }) => longestPauseMs)),
      ),
      chatMs,
    };
  }

  async end(): Promise<void> {
    await Promise.all(this.#bots.map((bot) => bot.leave()));
  }

  async #roomIsIntact(): Promise<void> {
    const before = this.#media().packets;
    const response = await fetch(`${this.#stack.url}/api/rooms/${this.#room}`);
    const { participants } = RoomDetails.parse(await response.json());
    const known = participants.map(({ participantId }) => participantId).sort();
    const expected = this.#bots.map(({ participantId }) => participantId).sort();
    if (String(known) !== String(expected)) throw new Error(`the room has ${known}, not ${expected}`);
    for (const bot of this.#bots) {
      const { problems, session, reconnects } = bot.figures();
      if (session !== 1) throw new Error(`${bot.options.name} is in session ${session}`);
      if (reconnects.length > 0) throw new Error(`${bot.options.name} had to come back`);
      if (problems.length > 0) throw new Error(`${bot.options.name}: ${problems.join('; ')}`);
    }
    await until(() => this.#media().packets > before + 4 * AUDIO_RATE, 'media flows on');
  }

  /** `seq` of the latest durable event that a bot was told. */
  #lastSeq(): number {
    const told = this.#bots.flatMap((bot) => bot.events.since(0));
    return Math.max(...told.map((message) => ('seq' in message ? message.seq : 0)));
  }

  /** How often the Room object was made anew so far. */
  async #wakings(): Promise<number> {
    const log = await readFile(path.join(this.#stack.logFolder, 'edge.log'), 'utf8');
    return log
      .split('\n')
      .filter((line) => line.startsWith('{') && line.includes('"room woke"') && line.includes(this.#room))
      .length;
  }

  #media(): { packets: number; lost: number } {
    const tracks = this.#bots.flatMap((bot) => bot.figures().tracks);
    return {
      packets: tracks.reduce((sum, track) => sum + track.packets, 0),
      lost: tracks.reduce((sum, track) => sum + track.lost, 0),
    };
  }
}

/** Messages between the node and Room objects so far. */
async function linkMessages(stack: Stack): Promise<number> {
  return await stack.metric('parley_link_messages_total');
}

/** Waits until nothing is said any more. */
async function settled(stack: Stack, calls: readonly IdleCall[]): Promise<void> {
  const said = async () => calls.reduce((sum, { frames }) => sum + frames, await linkMessages(stack));
  let last = await said();
  const isSteady = async () => {
    await sleep(STEADY_MS);
    const now = await said();
    const same = now === last;
    last = now;
    return same;
  };
  await until(isSteady, 'nothing is said any more', { ms: 60_000 });
}

function describe({ calls, linkMessages }: IdleProof, duration: number): string {
  const rows = calls.map((call) => [
    call.carrier,
    String(call.settling),
    String(call.idle),
    String(call.woke),
    `${call.packets} (${call.lost} lost)`,
    `${call.longestPauseMs.toFixed(0)} ms`,
    `${call.chatMs.toFixed(0)} ms`,
  ]);
  const heads = ['call', 'frames to settle', 'frames idle', 'wakings idle', 'packets idle', 'longest pause'];
  return [
    `${duration} s in which nothing happens; ${linkMessages} messages on the node's links.`,
    table([[...heads, 'chat, out of sleep'], ...rows]),
  ].join('\n');
}

if (import.meta.main) {
  await showProof(IDLE_STACK, async (stack) => {
    await proveIdle(
      stack,
      {
        seconds: numberSetting('IDLE_SECONDS', 300),
        onProgress: atMostOnceASecond((line) => console.error(line)),
      },
      console.log,
    );
    return 'each Room slept, woke for the chat, and had its participants, events and sessions';
  });
}
