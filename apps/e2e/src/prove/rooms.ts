/**
 * Many rooms of two bots with sound on one node and one edge, through a restart of the Worker with all of them in their
 * calls: `pnpm prove:rooms`. Set by the environment:
 *
 * - `ROOMS` (1000)
 * - `RATE` (2): audio packets a second of each bot; both receive each other's
 * - `CARRIER` (`both`): `relay`, `direct`, or every other room the one and the other
 * - `JOINS` (20): joins a second, at the most
 * - `STEADY` (60): seconds in which nobody comes or goes
 * - `AWAY` (10): seconds between the Worker's end and its start
 * - `PROCESSES`: processes of bots, one for each 500 when unset
 *
 * The bots take more of the machine than the product does: at 2000 bots and 2 packets a second two cores and more, so two
 * cores carry 1000 rooms at `RATE=1` if nothing else runs. In the local runtime a room takes 13 descriptors of one process,
 * and more while sockets come back in a crowd (`ulimit -n`; it ends when they are used up).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BotFigures, Reconnect } from '@parley/bots/bot-figures';
import { BotFleet } from '@parley/bots/bot-fleet';
import { percentile, progressLine } from '@parley/bots/fleet-figures';
import { until } from '@parley/bots/inbox';
import { RoomDetails } from '@parley/protocol/rest';
import type { Stack } from '../stack.ts';
import { atMostOnceASecond, kib, mib, seconds, table } from './format.ts';
import { busiestSecond, histogram } from './herd.ts';
import { type MediaWindow, MediaWindows } from './media-windows.ts';
import { type Costs, costsOf, descriptorLimit, PARTS, type Part, type StackCosts } from './process-costs.ts';
import { numberSetting, showProof } from './show-proof.ts';

export interface RoomsOptions {
  rooms: number;
  /** Audio packets a second of each bot. */
  rate: number;
  /** `both`: every other room. */
  carrier: 'relay' | 'direct' | 'both';
  joinsPerSecond: number;
  steadySeconds: number;
  /** How long the Worker is away before it is started again. */
  awaySeconds: number;
  processes: number;
  /** No bot may be without a packet for longer than this while the Worker is away and comes back, ms. */
  maxPauseMs: number;
  /** Hears how it goes, at most once a second. */
  onProgress?(line: string): void;
}

export interface RoomsFigures {
  bots: number;
  joinsPerSecond: number;
  /** Bytes a room. */
  memoryPerRoom: Record<Part, number>;
  /** In the steady time: packets received and lost, messages that Room objects got or sent. */
  steady: { received: number; lost: number; roomMessages: number };
  /** From when the Worker listened again until each bot was in its room again, ms. */
  backMs: number[];
  /** Within one second at most: bots that opened the socket over which they came back, and bots that were answered. */
  busiestSecond: { tried: number; back: number };
  /** While the Worker was away and came back. */
  outage: { windows: readonly MediaWindow[]; received: number; lost: number; longestPauseMs: number };
}

/** Of what was sent on the loopback interface this share may be lost: a busy machine drops packets. */
const LOOPBACK_LOSS = 0.005;
const WINDOW_MS = 2000;
/** Time for one bot to be let in, and then to publish, ms: the machine may be full. */
const JOIN_MS = 60_000;
/** With everybody waiting for it the local runtime is slow to answer the first time. */
const START_SECONDS = 240;
/** Everybody is in a call again within this from then, ms. */
const BACK_MS = 240_000;

/**
 * Shows that many rooms live on one node and one edge, and through a restart of the Worker: everybody joined, nobody lost, no
 * message to a Room object in a steady call, no media stopped, everybody back by themselves, spread over time.
 *
 * @throws {Error} naming what did not hold
 */
export async function proveRooms(
  stack: Stack,
  options: RoomsOptions,
  print: (text: string) => void,
): Promise<RoomsFigures> {
  const { rooms, rate, carrier, joinsPerSecond, processes, onProgress } = options;
  const bots = 2 * rooms;
  const run = Date.now().toString(36);
  const roomOf = (index: number) => `rooms-${run}-${index}`;
  const plan = Array.from({ length: bots }, (_, index) => ({
    edgeUrl: stack.url,
    room: roomOf(index >> 1),
    name: `Bot ${index}`,
    publish: ['microphone' as const],
    audioRate: rate,
    carrier:
      carrier === 'both' ? ((index >> 1) % 2 === 0 ? ('relay' as const) : ('direct' as const)) : carrier,
  }));
  const directBots = plan.filter((bot) => bot.carrier === 'direct').length;
  print(
    `${rooms} rooms × 2 bots, ${bots - directBots} over relay and ${directBots} direct, ${rate} audio packets/s each, ${processes} processes of bots`,
  );

  const fleet = new BotFleet(plan, {
    joinsPerSecond,
    patienceMs: JOIN_MS,
    processes,
    onProgress: (figures) => onProgress?.(`joining: ${progressLine(figures)}`),
  });
  try {
    const proof = new Proof(stack, fleet, options, print, bots, directBots);
    const joined = await proof.join();
    const steady = await proof.stay(joined.costs);
    const back = await proof.restart();
    await proof.expectRooms(Array.from({ length: rooms }, (_, index) => roomOf(index)));
    return {
      bots,
      joinsPerSecond: joined.joinsPerSecond,
      memoryPerRoom: joined.memoryPerRoom,
      steady,
      ...back,
    };
  } finally {
    onProgress?.('everybody leaves');
    await fleet.close();
  }
}

/** The steps, one after the other. */
class Proof {
  readonly #stack: Stack;
  readonly #fleet: BotFleet;
  readonly #options: RoomsOptions;
  readonly #print: (text: string) => void;
  readonly #bots: number;
  readonly #directBots: number;

  constructor(
    stack: Stack,
    fleet: BotFleet,
    options: RoomsOptions,
    print: (text: string) => void,
    bots: number,
    directBots: number,
  ) {
    this.#stack = stack;
    this.#fleet = fleet;
    this.#options = options;
    this.#print = print;
    this.#bots = bots;
    this.#directBots = directBots;
  }

  /** Everybody joins and receives. */
  async join() {
    const { rooms } = this.#options;
    const before = { costs: await costsOf(this.#stack), heap: await this.#heap() };
    const start = performance.now();
    await this.#fleet.start();
    const took = performance.now() - start;
    const { ready, failed, joinMs } = await this.#fleet.figures();
    if (ready < this.#bots)
      throw new Error(`${ready} of ${this.#bots} bots got in: ${JSON.stringify(failed)}`);
    const silent = (figures: BotFigures[]) =>
      figures.filter(({ tracks }) => tracks.length !== 1 || tracks[0]?.packets === 0).map(({ name }) => name);
    let without: string[] = [];
    await until(
      async () => {
        without = silent(await this.#fleet.bots());
        return without.length === 0;
      },
      'each bot receives the other of its room',
      { ms: 30_000, state: () => `these do not: ${some(without)}` },
    );
    const after = { costs: await costsOf(this.#stack), heap: await this.#heap() };
    const rate = this.#bots / (took / 1000);
    const join = [0.5, 0.95, 1].map((share) => Math.round(percentile(joinMs, share) ?? 0));
    this.#print(
      `joined: ${this.#bots} of ${this.#bots} in ${seconds(took)} s (${rate.toFixed(1)} joins/s); join → joined p50 ${join[0]}, p95 ${join[1]}, max ${join[2]} ms; each receives the other`,
    );
    const memoryPerRoom = Object.fromEntries(
      PARTS.map((part) => [part, (after.costs[part].memory - before.costs[part].memory) / rooms]),
    ) as Record<Part, number>;
    const row = (name: string, was: number, is: number, open?: Costs) => [
      name,
      mib(was),
      mib(is),
      kib((is - was) / rooms),
      String(open?.sockets ?? ''),
      String(open?.descriptors ?? ''),
    ];
    this.#print(
      table([
        ['memory', 'before MiB', 'after MiB', 'KiB a room', 'sockets', 'descriptors'],
        ...PARTS.map((part) =>
          row(part, before.costs[part].memory, after.costs[part].memory, after.costs[part]),
        ),
        row('(heap of node)', before.heap, after.heap),
      ]),
    );
    this.#print(`  descriptors: of the process that has most; each may have ${await descriptorLimit()}`);
    return { costs: after.costs, joinsPerSecond: rate, memoryPerRoom };
  }

  /** Nobody comes or goes. */
  async stay(joined: StackCosts) {
    const { steadySeconds } = this.#options;
    // What the last joins have set off.
    await sleep(3000);
    const before = await this.#look();
    const end = performance.now() + steadySeconds * 1000;
    while (performance.now() < end) {
      await sleep(Math.min(1000, Math.max(0, end - performance.now())));
      this.#options.onProgress?.(`steady: ${seconds(Math.max(0, end - performance.now()))} s to go`);
    }
    const after = await this.#look();
    this.#expectHealthy(after.bots);
    const media = this.#compare(before.bots, after.bots);
    const roomMessages =
      after.linkMessages - before.linkMessages + roomFrames(after.bots) - roomFrames(before.bots);
    const span = (after.at - before.at) / 1000;
    const cpu = PARTS.map((part) => {
      const share = (after.costs[part].cpu - before.costs[part].cpu) / span;
      return `${part} ${Math.round(share * 100)}%`;
    });
    this.#print(
      `steady for ${span.toFixed(0)} s: ${media.received} packets received of ${media.sent} sent, ${media.lost} lost, nobody without; CPU (of one core) ${cpu.join(', ')}`,
    );
    this.#print(
      `  messages to and from Room objects: ${roomMessages}; memory since the last join: ${PARTS.map((part) => `${part} ${mib(after.costs[part].memory - joined[part].memory)}`).join(', ')} MiB`,
    );
    if (roomMessages !== 0) throw new Error(`a steady call cost Room objects ${roomMessages} messages`);
    return { received: media.received, lost: media.lost, roomMessages };
  }

  /** The Worker ends with all of them, and is started again. */
  async restart() {
    const { rooms, awaySeconds, maxPauseMs, onProgress } = this.#options;
    const before = await this.#look();
    const opened = await this.#stack.metric('parley_sessions_opened_total');
    const windows = new MediaWindows(this.#fleet, WINDOW_MS);
    const links: { at: number; up: number }[] = [];
    const killedAt = performance.now();
    await this.#stack.killEdge();
    onProgress?.(`the Worker is gone; it is started in ${awaySeconds} s`);
    await sleep(awaySeconds * 1000);
    await this.#stack.startEdge(START_SECONDS);
    const readyAt = this.#stack.edgeListensAt;
    let state = '';
    await until(
      async () => {
        await sleep(500);
        const [figures, linksUp, directUp] = await Promise.all([
          this.#fleet.figures(),
          this.#stack.metric('parley_room_links'),
          this.#stack.metric('parley_direct_connections'),
        ]);
        if (links.at(-1)?.up !== linksUp) links.push({ at: performance.now() - readyAt, up: linksUp });
        state = `${progressLine(figures)}; ${linksUp} of ${rooms} links, ${directUp} of ${this.#directBots} sockets to the node; out: ${JSON.stringify(figures.failed)}`;
        onProgress?.(`back: ${state}`);
        const isBack = figures.ready === this.#bots && figures.reconnects.length >= this.#bots;
        return isBack && linksUp === rooms && directUp === this.#directBots;
      },
      'everybody is back',
      { ms: BACK_MS, state: () => state },
    );
    const allBack = performance.now() - readyAt;
    await sleep(WINDOW_MS);
    const media = await windows.stop();
    const after = await this.#look();
    const reconnects = after.bots.flatMap((bot) => bot.reconnects);
    const backMs = reconnects.map(({ ms }) => killedAt + ms - readyAt);
    const triedMs = reconnects.map(({ triedMs }) => killedAt + triedMs - readyAt);
    const busiest = { tried: busiestSecond(triedMs), back: busiestSecond(backMs) };
    this.#print(
      `the Worker was away for ${seconds(readyAt - killedAt)} s; everybody and every link is back ${seconds(allBack)} s after it listened again; by the second after that, bots that opened the socket over which they came back, and bots that the Room had answered:`,
    );
    this.#print(table(histogram(triedMs, backMs)));
    this.#print(
      `  within one second at most ${busiest.tried} of ${reconnects.length} opened it, ${busiest.back} were answered`,
    );
    this.#print(
      `  ${describeAttempts(reconnects)}; links up after ${links.map(({ at, up }) => `${seconds(at)} s: ${up}`).join(', ')}`,
    );
    // The edge's processes are new; what they have used is for this.
    const cpu = PARTS.map((part) => {
      const isNew = part === 'workerd' || part === 'wrangler';
      return `${part} ${(after.costs[part].cpu - (isNew ? 0 : before.costs[part].cpu)).toFixed(1)}`;
    });
    this.#print(`  CPU seconds from the Worker's end until then: ${cpu.join(', ')}`);
    // A new session would also explain what follows.
    const openedNow = await this.#stack.metric('parley_sessions_opened_total');
    if (openedNow !== opened) throw new Error(`the node opened ${openedNow - opened} sessions anew`);
    this.#expectHealthy(after.bots);
    const sum = this.#compare(before.bots, after.bots);
    const pauses = this.#pauses(before.bots, after.bots);
    const longestPauseMs = Math.max(
      0,
      ...after.bots.flatMap(({ tracks }) => tracks.map((t) => t.longestPauseMs)),
    );
    this.#print(
      `  media meanwhile: ${sum.received} packets received of ${sum.sent} sent, ${sum.lost} lost; ${pauses.length} bots with a pause above ${seconds(maxPauseMs)} s that they had not had before; longest pause of all ${Math.round(longestPauseMs)} ms`,
    );
    this.#print(
      table([
        ['  packets a bot', 'least', 'median', 'bots without'],
        ...media.map(({ from, to, least, median, starved }) => [
          `  ${seconds(from)}–${seconds(to)} s`,
          String(least),
          String(median),
          String(starved.length),
        ]),
      ]),
    );
    const anew = reconnects.filter(({ how }) => how === 'anew');
    if (anew.length > 0) throw new Error(`${anew.length} bots came back as somebody else`);
    if (pauses.length > 0) throw new Error(`media paused for ${some(pauses)}`);
    const outage = { windows: media, received: sum.received, lost: sum.lost, longestPauseMs };
    return { backMs, busiestSecond: busiest, outage };
  }

  /** Both are in each room, and publish. */
  async expectRooms(ids: readonly string[]): Promise<void> {
    const wrong: string[] = [];
    const left = ids.values();
    const ask = async () => {
      for (const id of left) {
        const response = await fetch(`${this.#stack.url}/api/rooms/${id}`);
        const room = RoomDetails.safeParse(await response.json());
        const good =
          room.success && room.data.participants.filter(({ tracks }) => tracks.length === 1).length === 2;
        if (!good || room.data.participantCount !== 2) wrong.push(id);
      }
    };
    await Promise.all(Array.from({ length: 10 }, ask));
    if (wrong.length > 0) throw new Error(`not both are in these rooms as the edge tells it: ${some(wrong)}`);
    this.#print(
      `  every bot has its first session and the one track it had, the node opened none anew; all ${ids.length} rooms have both`,
    );
  }

  async #look() {
    const [bots, costs, linkMessages] = await Promise.all([
      this.#fleet.bots(),
      costsOf(this.#stack),
      this.#stack.metric('parley_link_messages_total'),
    ]);
    return { bots, costs, linkMessages, at: performance.now() };
  }

  #heap(): Promise<number> {
    return this.#stack.metric('nodejs_heap_size_used_bytes');
  }

  /** In its room, in its first session, with one track of one other, and nothing wrong. */
  #expectHealthy(bots: readonly BotFigures[]): void {
    const ill = bots.flatMap(({ name, isReady, session, tracks, problems }) => {
      const good = isReady && session === 1 && tracks.length === 1 && problems.length === 0;
      return good ? [] : [`${name} (session ${session}, ${tracks.length} tracks, ${problems.join('; ')})`];
    });
    if (bots.length < this.#bots)
      throw new Error(`${this.#bots - bots.length} bots are gone with their process`);
    if (ill.length > 0) throw new Error(`${ill.length} bots are not as they were: ${some(ill)}`);
  }

  /** What each received of what the other of its room sent meanwhile. @throws {Error} when that is too little */
  #compare(before: readonly BotFigures[], after: readonly BotFigures[]) {
    const { rate } = this.#options;
    const was = new Map(before.map((bot) => [bot.name, bot]));
    const is = new Map(after.map((bot) => [bot.name, bot]));
    const packets = (bot?: BotFigures) => bot?.tracks[0]?.packets ?? 0;
    const lostBy = (bot?: BotFigures) => bot?.tracks[0]?.lost ?? 0;
    const sum = { sent: 0, received: 0, lost: 0 };
    const short: string[] = [];
    for (let index = 0; index < this.#bots; index++) {
      const [name, peer] = [`Bot ${index}`, `Bot ${index ^ 1}`];
      const received = packets(is.get(name)) - packets(was.get(name));
      const sent = (is.get(peer)?.sentPackets ?? 0) - (was.get(peer)?.sentPackets ?? 0);
      const lost = lostBy(is.get(name)) - lostBy(was.get(name));
      sum.sent += sent;
      sum.received += received;
      sum.lost += lost;
      // The two were not asked in the same instant.
      if (received === 0 || received < sent * 0.9 - 2 * rate - 2)
        short.push(`${name} (${received} of ${sent})`);
    }
    if (short.length > 0) throw new Error(`${short.length} bots received too little: ${some(short)}`);
    if (sum.lost > sum.sent * LOOPBACK_LOSS) throw new Error(`${sum.lost} of ${sum.sent} packets were lost`);
    return sum;
  }

  /** Who had a pause that is too long, and longer than any before. */
  #pauses(before: readonly BotFigures[], after: readonly BotFigures[]): string[] {
    const longest = (bot?: BotFigures) => bot?.tracks[0]?.longestPauseMs ?? 0;
    const was = new Map(before.map((bot) => [bot.name, longest(bot)]));
    return after.flatMap((bot) => {
      const pause = longest(bot);
      const isNew = pause > Math.max(this.#options.maxPauseMs, was.get(bot.name) ?? 0);
      return isNew ? [`${bot.name} (${Math.round(pause)} ms)`] : [];
    });
  }
}

/** Messages over the Room's sockets, both ways, without pings. */
function roomFrames(bots: readonly BotFigures[]): number {
  return bots.reduce((sum, { signalling: { room } }) => sum + room.sentMessages + room.receivedMessages, 0);
}

function describeAttempts(reconnects: readonly Reconnect[]): string {
  const attempts = reconnects.map((one) => one.attempts);
  const all = attempts.reduce((sum, one) => sum + one, 0);
  const shares = [0, 0.5, 1].map((share) => percentile(attempts, share) ?? 0);
  const resumed = reconnects.filter(({ how }) => how === 'resumed').length;
  return `${all} sockets tried (least ${shares[0]}, median ${shares[1]}, most ${shares[2]} a bot); ${resumed} resumed, ${reconnects.length - resumed} told all again`;
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

/** What a stack needs to hold this many rooms. */
export function stackFor(rooms: number) {
  return {
    edgeEnv: { PARLEY_ROOMS_MAX_ROOMS: String(Math.max(1000, rooms)) },
    // At `debug` the log of so many would be a load of its own.
    nodeEnv: { LOG_LEVEL: 'info' },
  };
}

if (import.meta.main) {
  const carrier = process.env['CARRIER'] ?? 'both';
  if (carrier !== 'relay' && carrier !== 'direct' && carrier !== 'both')
    throw new Error(`CARRIER is relay, direct or both, not ${carrier}`);
  const rooms = numberSetting('ROOMS', 1000);
  await showProof(stackFor(rooms), async (stack) => {
    await proveRooms(
      stack,
      {
        rooms,
        rate: numberSetting('RATE', 2),
        carrier,
        joinsPerSecond: numberSetting('JOINS', 20),
        steadySeconds: numberSetting('STEADY', 60),
        awaySeconds: numberSetting('AWAY', 10),
        processes: numberSetting('PROCESSES', Math.ceil((2 * rooms) / 500)),
        maxPauseMs: 2000,
        onProgress: atMostOnceASecond((line) => console.error(line)),
      },
      console.log,
    );
    return undefined;
  });
}
