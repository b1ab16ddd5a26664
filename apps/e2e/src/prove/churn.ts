/**
 * Participants who come and go leave nothing behind on the node and the edge, half of whom go without goodbye, sockets cut and
 * PeerConnections gone without a word: `pnpm prove:churn`. Set by the environment:
 *
 * - `JOINS` (1000), `ROUNDS` (4): how many come, and in how many rounds
 * - `TOGETHER` (8): how many are there at a time
 *
 * Bots with microphone and camera come one after another, ten to a room, half over the relay and half over sockets of their
 * own; each room sees both manners of both. After each round, when those who vanished have been noticed (30 s until ICE
 * consent is lost, 20 s in which they may come back) and the empty rooms have given their node back (30 s), everything
 * is counted: it has to be as it was before the first. Rounds use the same rooms. Heaps are measured after a garbage collection;
 * the last may be {@link HEAP_GROWTH} times that after half of the rounds. What rooms store while they are open is their event log,
 * of a thousand events at the most; at last they are deleted, and nothing may be left in their storage. Linux only.
 *
 * The memory of processes is printed but not judged. That of workerd is of two: the Worker's, and wrangler's proxy before it, which
 * keeps about 45 KB of each socket that it has passed on and which a deployed edge does not have.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Bot } from '@parley/bots/bot';
import { until } from '@parley/bots/inbox';
import { RoomList } from '@parley/protocol/rest';
import type { Stack, StackOptions } from '../stack.ts';
import { storedRows } from '../stored-rows.ts';
import { atMostOnceASecond, mib, seconds, table } from './format.ts';
import { type Counts, count, type Leftovers, weigh } from './leftovers.ts';
import { numberSetting, showProof } from './show-proof.ts';

export interface ChurnOptions {
  /** Over all rounds. */
  joins: number;
  rounds: number;
  /** How many bots are there at a time. */
  together: number;
  /** Hears how it goes, at most once a second. */
  onProgress?(line: string): void;
}

/** What one round was like. */
export interface Round {
  joins: number;
  /** Bots that said goodbye; the others vanished. */
  goodbyes: number;
  /** Bots whose session went over a socket of their own. */
  direct: number;
  /** Bots that got somebody's media. */
  heard: number;
  /** By the node. */
  sessionsOpened: number;
  joiningMs: number;
  /** When the last had gone, but those who vanished were not missed yet. */
  unnoticed: Counts;
  /** From then until nothing was left of anybody. */
  settlingMs: number;
  after: Leftovers;
}

export interface ChurnFigures {
  before: Leftovers;
  rounds: Round[];
}

/** What the proof needs of its stack. */
export const CHURN_STACK = { inspect: true } as const satisfies StackOptions;

const PER_ROOM = 10;
/** Low, that a machine of two cores carries clients and servers: packets a second. */
const AUDIO_RATE = 5;
/** How long a bot waits for somebody's media; who is alone in its room gets none, ms. */
const LISTEN_MS = 2_000;
/** Consent, grace and release take 80 s; the rest is for a busy machine, ms. */
const SETTLE_MS = 180_000;
/** After this the runtime has evicted the objects that have nothing to do, ms. */
const EVICTION_MS = 15_000;
/** How many times as large a heap may be, where twice as many have come and gone. */
const HEAP_GROWTH = 1.2;
/** Wrangler's proxy keeps as many connections to workerd for a while as were used at once, and each end has two descriptors. */
const SPARE_SOCKETS = 20;

/**
 * @param stack started with {@link CHURN_STACK}; nobody else uses it
 * @throws {Error} when something is left, naming it
 */
export async function proveChurn(
  stack: Stack,
  { joins, rounds, together, onProgress = () => undefined }: ChurnOptions,
  print: (text: string) => void,
): Promise<ChurnFigures> {
  // What is loaded and connected only once is there before anything is compared.
  await come(stack, { first: 0, count: 2 * together, together, polite: true }, () => undefined);
  await deleteRooms(stack);
  await settled(stack, undefined, onProgress);
  await sleep(EVICTION_MS);
  const before = await weigh(stack);
  const figures: ChurnFigures = { before, rounds: [] };
  try {
    for (let round = 0; round < rounds; round++) {
      const first = Math.floor((round * joins) / rounds);
      const past = Math.floor(((round + 1) * joins) / rounds);
      const crowd = { first, count: past - first, together, polite: false };
      figures.rounds.push(
        await oneRound(stack, crowd, before, (line) =>
          onProgress(`round ${round + 1} of ${rounds}: ${line}`),
        ),
      );
    }
  } finally {
    print(describe(figures));
  }
  for (const { sessionsOpened, joins: came } of figures.rounds) {
    if (sessionsOpened !== came) throw new Error(`${came} joins opened ${sessionsOpened} sessions`);
  }
  refuseGrowth(figures);
  await deleteRooms(stack);
  const rows = await storedRows(stack.storageFolder, 'RoomObject');
  if (rows > 0) throw new Error(`the storage of deleted rooms has ${rows} rows`);
  return figures;
}

/** One line for all rounds. */
export function summary({ rounds }: ChurnFigures): string {
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const joins = sum((round) => round.joins);
  const goodbyes = sum((round) => round.goodbyes);
  return (
    `${joins} joins in ${seconds(sum((round) => round.joiningMs))} s, ${goodbyes} said goodbye and ${joins - goodbyes} vanished, ` +
    `${sum((round) => round.direct)} had sockets of their own, ${sum((round) => round.heard)} got media`
  );
}

interface Crowd {
  /** The first bot's number: manners go by it. */
  first: number;
  count: number;
  together: number;
  /** Whether all say goodbye, not just half. */
  polite: boolean;
}

async function oneRound(
  stack: Stack,
  crowd: Crowd,
  before: Leftovers,
  onProgress: (line: string) => void,
): Promise<Round> {
  const sessions = await stack.metric('parley_sessions_opened_total');
  const start = performance.now();
  const stays = await come(stack, crowd, (gone) => onProgress(`${gone} of ${crowd.count} came and went`));
  const gone = performance.now();
  const sessionsOpened = (await stack.metric('parley_sessions_opened_total')) - sessions;
  // The node measures itself every two seconds.
  await sleep(2_500);
  const unnoticed = await count(stack);
  await settled(stack, before, onProgress);
  const settledAt = performance.now();
  await sleep(EVICTION_MS);
  return {
    ...stays,
    joins: crowd.count,
    sessionsOpened,
    joiningMs: gone - start,
    unnoticed,
    settlingMs: settledAt - gone,
    after: await weigh(stack),
  };
}

type Stays = Pick<Round, 'goodbyes' | 'direct' | 'heard'>;

/** Bots come and go, until all have. */
async function come(
  stack: Stack,
  { first, count: all, together, polite }: Crowd,
  onGone: (gone: number) => void,
): Promise<Stays> {
  const stays: Stays = { goodbyes: 0, direct: 0, heard: 0 };
  let next = 0;
  let gone = 0;
  const comeAndGo = async () => {
    while (next < all) {
      const index = next++;
      const number = first + index;
      // Every other one is direct, and of either kind every other one says goodbye.
      const carrier = number % 2 === 1 ? 'direct' : 'relay';
      const goodbye = polite || number % 4 < 2;
      const room = `churn-${Math.floor(index / PER_ROOM)}`;
      const { heard, wasDirect } = await stay(stack, { room, name: `bot ${number}`, carrier }, goodbye);
      if (goodbye) stays.goodbyes += 1;
      if (wasDirect) stays.direct += 1;
      if (heard) stays.heard += 1;
      gone += 1;
      onGone(gone);
    }
  };
  await Promise.all(Array.from({ length: together }, comeAndGo));
  return stays;
}

async function stay(
  stack: Stack,
  who: { room: string; name: string; carrier: 'relay' | 'direct' },
  goodbye: boolean,
): Promise<{ heard: boolean; wasDirect: boolean }> {
  const publish = ['microphone', 'camera'] as const;
  const bot = new Bot({ edgeUrl: stack.url, ...who, publish, audioRate: AUDIO_RATE });
  try {
    await bot.join();
    await bot.ready();
    const hears = () => [...bot.received.values()].some(({ packets }) => packets > 0);
    await until(hears, `${who.name} gets media`, { ms: LISTEN_MS }).catch(() => undefined);
    if (bot.problems.length > 0) throw new Error(`${who.name}: ${bot.problems.join('; ')}`);
    const stayed = { heard: hears(), wasDirect: bot.carrier === 'direct' };
    if (goodbye) await bot.leave();
    else bot.vanish();
    return stayed;
  } finally {
    bot.close();
  }
}

/**
 * Waits until nothing is left of anybody.
 *
 * @param before when given, sockets and timers have to be as few as then
 */
async function settled(
  stack: Stack,
  before: Leftovers | undefined,
  onProgress: (line: string) => void,
): Promise<void> {
  const start = performance.now();
  let left = '';
  const nothingIsLeft = async () => {
    left = leftOf(await count(stack), before).join(', ');
    onProgress(
      `${seconds(performance.now() - start)} s after the last went there are ${left || 'no others'}`,
    );
    if (left !== '') await sleep(500);
    return left === '';
  };
  await until(nothingIsLeft, 'nothing is left', { ms: SETTLE_MS, state: () => `there are ${left}` });
}

/** What is more than it should be. */
function leftOf({ media, edge, sockets, nodeTimers }: Counts, before: Leftovers | undefined): string[] {
  const { participants } = edge;
  const { direct, links, node, workerd } = sockets;
  const left = Object.entries({ ...media, participants, 'direct sockets': direct, links })
    .filter(([, number]) => number > 0)
    .map(([name, number]) => `${name} ${number}`);
  if (before === undefined) return left;
  const more = (name: string, now: number, then: number) => {
    if (now > then) left.push(`${name} ${now} instead of ${then}`);
  };
  more('timers', nodeTimers, before.nodeTimers);
  more('sockets of the node', node, before.sockets.node);
  more('sockets of workerd', workerd, before.sockets.workerd + SPARE_SOCKETS);
  return left;
}

/** @throws {Error} when a heap grows with those who come and go */
function refuseGrowth({ before, rounds }: ChurnFigures): void {
  const last = rounds.at(-1)?.after ?? before;
  const half = (rounds.length > 1 && rounds[Math.ceil(rounds.length / 2) - 1]?.after) || before;
  for (const where of ['node', 'edge'] as const) {
    const [then, now] = [half.heap[where], last.heap[where]];
    if (now > then * HEAP_GROWTH)
      throw new Error(`the heap of the ${where} grew from ${mib(then)} to ${mib(now)} MiB`);
  }
}

async function deleteRooms(stack: Stack): Promise<void> {
  const { rooms } = RoomList.parse(await (await fetch(`${stack.url}/api/rooms`)).json());
  for (const { id } of rooms) await fetch(`${stack.url}/api/rooms/${id}`, { method: 'DELETE' });
  await until(async () => (await count(stack)).edge.listedRooms === 0, 'no room is listed');
}

function describe({ before, rounds }: ChurnFigures): string {
  const moments: [string, Leftovers][] = [['before', before]];
  for (const [index, { after }] of rounds.entries()) moments.push([`round ${index + 1}`, after]);
  const row = (name: string, of: (moment: Leftovers) => string | number) => [
    name,
    ...moments.map(([, moment]) => String(of(moment))),
  ];
  const rows = [
    ['', ...moments.map(([name]) => name)],
    ['joins', '', ...rounds.map(({ joins }) => String(joins))],
    ['sessions not yet missed', '', ...rounds.map(({ unnoticed }) => String(unnoticed.media.sessions))],
    ['s until nothing is left', '', ...rounds.map(({ settlingMs }) => seconds(settlingMs))],
    ...(Object.keys(before.media) as (keyof Leftovers['media'])[]).map((name) =>
      row(`node: ${name}`, ({ media }) => media[name]),
    ),
    row('node: sockets of clients', ({ sockets }) => sockets.direct),
    row('node: links', ({ sockets }) => sockets.links),
    row('node: all sockets', ({ sockets }) => sockets.node),
    row('node: timers', ({ nodeTimers }) => nodeTimers),
    row('node: heap, MiB', ({ heap }) => mib(heap.node)),
    row('node: memory, MiB', ({ memory }) => mib(memory.node)),
    row('media workers: memory, MiB', ({ memory }) => mib(memory.workers)),
    row('edge: participants', ({ edge }) => edge.participants),
    row('edge: rooms', ({ edge }) => edge.listedRooms),
    row('edge: rows the rooms store', ({ roomRows }) => roomRows),
    row('workerd: all sockets', ({ sockets }) => sockets.workerd),
    row('edge: heap, MiB', ({ heap }) => mib(heap.edge)),
    row('workerd: memory, MiB', ({ memory }) => mib(memory.workerd)),
  ];
  return table(rows);
}

if (import.meta.main) {
  await showProof(CHURN_STACK, async (stack) => {
    const figures = await proveChurn(
      stack,
      {
        joins: numberSetting('JOINS', 1000),
        rounds: numberSetting('ROUNDS', 4),
        together: numberSetting('TOGETHER', 8),
        onProgress: atMostOnceASecond((line) => console.error(line)),
      },
      console.log,
    );
    return `${summary(figures)}; nothing is left of any`;
  });
}
