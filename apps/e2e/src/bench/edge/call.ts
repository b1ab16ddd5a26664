import { setTimeout as sleep } from 'node:timers/promises';
import { Bot, type BotOptions } from '@parley/bots/bot';
import { until } from '@parley/bots/inbox';
import type { CarrierKind } from '@parley/protocol/client-messages';
import {
  COUNTS_PATH,
  type EdgeCounts,
  type ObjectCounts,
} from '../../../../signaling/src/testing/counting/counts.ts';
import { costsOf } from '../../prove/process-costs.ts';
import type { Stack, StackOptions } from '../../stack.ts';
import { type Bill, billFor, minus, plus, sum, times } from './bill.ts';

/** What {@link countCalls} needs of its stack: limits as shipped, and empty rooms that are closed soon. */
export const COUNTING_STACK = {
  edgeEntry: 'apps/signaling/src/testing/counting/worker.ts',
  edgeEnv: { PARLEY_SECURITY_RATE_LIMIT_ENABLED: 'true', PARLEY_ROOMS_IDLE_TIMEOUT: '40' },
} as const satisfies StackOptions;

export interface CallOptions {
  people: number;
  /** How long the call is, from when all are in it. */
  seconds: number;
  /** How long nobody says anything at its beginning. */
  quietSeconds: number;
  /** How often each says something, and mutes and unmutes the microphone, in the rest of it. */
  chats: number;
  mutes: number;
  onProgress?(line: string): void;
}

/** Parts of a call: everybody joins and publishes; nobody says anything; chat and mutes; goodbyes, and the room closes. */
export const PARTS = ['join', 'quiet', 'talk', 'end'] as const;
export type Part = (typeof PARTS)[number];

export interface CallFigures {
  carrier: CarrierKind;
  /** The Room's. */
  room: Record<Part, Bill>;
  /** How often the Room object was made anew from the first join to the end of the quiet part, and in the rest. */
  made: { quiet: number; after: number };
  /** Rows that the Room wrote, by the method. */
  rowsWritten: Record<string, number>;
}

export interface CallsFigures {
  options: CallOptions;
  calls: CallFigures[];
  /** The other objects, by class, for one call of either carrier. */
  others: Record<string, Record<Part, Bill>>;
  /** What one media node costs beside rooms in an hour: its heartbeats. */
  nodeHour: Bill;
  /** Requests to the Worker for one call, by path. */
  worker: Record<string, number>;
  /** CPU of workerd for one call, seconds: the Worker's, which is billed, the objects', which is not, and wrangler's proxy's. */
  cpu: number;
  /** What bots found wrong: it may have cost messages. */
  problems: string[];
}

const CARRIERS = ['direct', 'relay'] as const;
/** Low, that a busy machine carries it: packets and pictures a second. */
const AUDIO_RATE = 10;
const VIDEO_RATE = 5;
/** Nothing is under way when for this long nothing was counted, ms. */
const STEADY_MS = 3_000;

export async function readCounts(stack: Stack): Promise<EdgeCounts> {
  return (await (await fetch(`${stack.url}${COUNTS_PATH}`)).json()) as EdgeCounts;
}

/**
 * Holds two calls at the same time, one over each carrier, and counts what of them is billed.
 *
 * @param stack started with {@link COUNTING_STACK}; nobody else uses it
 */
export async function countCalls(stack: Stack, options: CallOptions): Promise<CallsFigures> {
  const { people, quietSeconds, onProgress = () => undefined } = options;
  const calls = CARRIERS.map((carrier) => ({ carrier, bots: botsOf(stack, carrier, people) }));
  const marks: Mark[] = [await mark(stack)];
  const cpuBefore = (await costsOf(stack)).workerd.cpu;
  try {
    for (const { bots } of calls) for (const bot of bots) await bot.join();
    for (const { bots } of calls) for (const bot of bots) await hearsAll(bot, people);
    await steady(stack);
    marks.push(await mark(stack));
    onProgress('all are in');
    await sleep(quietSeconds * 1000);
    marks.push(await mark(stack));
    onProgress('the quiet part is over');
    await Promise.all(calls.map(({ bots }) => talk(bots, options)));
    await steady(stack);
    marks.push(await mark(stack));
    onProgress('all leave');
    await Promise.all(calls.flatMap(({ bots }) => bots.map((bot) => bot.leave())));
    const isOver = async () => {
      const { objects } = await readCounts(stack);
      return calls.every(({ carrier }) =>
        objects.some((one) => isRoom(carrier)(one) && (one.rowsWritten['deleteAll'] ?? 0) > 0),
      );
    };
    await until(isOver, 'the rooms are closed', { ms: 90_000 });
    await steady(stack);
    marks.push(await mark(stack));
  } finally {
    for (const { bots } of calls) for (const bot of bots) bot.close();
  }
  const cpu = (await costsOf(stack)).workerd.cpu - cpuBefore;
  const problems = calls.flatMap(({ bots }) => bots.flatMap((bot) => bot.figures().problems));
  return { options, cpu: cpu / CARRIERS.length, problems, ...figures(marks) };
}

interface Mark {
  at: number;
  counts: EdgeCounts;
}

async function mark(stack: Stack): Promise<Mark> {
  return { at: performance.now(), counts: await readCounts(stack) };
}

function roomOf(carrier: CarrierKind): string {
  return `counted-${carrier}`;
}

function isRoom(carrier: CarrierKind): (object: ObjectCounts) => boolean {
  return ({ className, name }) => className === 'RoomObject' && name === roomOf(carrier);
}

function botsOf(stack: Stack, carrier: CarrierKind, people: number): Bot[] {
  const options = (index: number): BotOptions => ({
    edgeUrl: stack.url,
    room: roomOf(carrier),
    name: `Bot ${index}`,
    publish: ['microphone', 'camera'],
    carrier,
    audioRate: AUDIO_RATE,
    videoRate: VIDEO_RATE,
  });
  return Array.from({ length: people }, (_, index) => new Bot(options(index)));
}

async function hearsAll(bot: Bot, people: number): Promise<void> {
  await bot.ready();
  const flowing = () => [...bot.received.values()].filter(({ packets }) => packets > 0).length;
  await until(() => flowing() === 2 * (people - 1), `${bot.options.name} gets everybody's sound and picture`);
  if (bot.carrier !== bot.options.carrier)
    throw new Error(`${bot.options.name} goes over ${bot.carrier}, not ${bot.options.carrier}`);
}

/** By turns each says something, mutes and unmutes, evenly over the rest of the call. */
async function talk(bots: readonly Bot[], options: CallOptions): Promise<void> {
  const { seconds, quietSeconds, chats, mutes } = options;
  const acts: ((bot: Bot) => void)[] = [];
  for (let round = 0; round < Math.max(chats, mutes); round++) {
    if (round < chats) acts.push((bot) => bot.send({ type: 'chat', text: 'Could you say that again?' }));
    if (round >= mutes) continue;
    for (const muted of [true, false])
      acts.push((bot) => bot.send({ type: 'mute', trackId: bot.published.get('microphone') ?? '', muted }));
  }
  const pause = ((seconds - quietSeconds) * 1000) / Math.max(1, acts.length * bots.length);
  for (const act of acts) {
    for (const bot of bots) {
      await sleep(pause);
      act(bot);
    }
  }
}

/** Waits until nothing is counted any more but nodes' heartbeats. */
async function steady(stack: Stack): Promise<void> {
  const look = async () => {
    const { objects } = await readCounts(stack);
    return JSON.stringify(objects.filter(({ className }) => className !== 'FleetObject'));
  };
  let last = await look();
  const isSteady = async () => {
    await sleep(STEADY_MS);
    const before = last;
    last = await look();
    return last === before;
  };
  await until(isSteady, 'nothing is counted any more', { ms: 60_000 });
}

function figures(marks: readonly Mark[]): Pick<CallsFigures, 'calls' | 'others' | 'nodeHour' | 'worker'> {
  const part = (index: number, fits: (object: ObjectCounts) => boolean) => {
    const [from, to] = [marks[index], marks[index + 1]];
    if (from === undefined || to === undefined) throw new Error('a part of the call was not counted');
    return { bill: minus(billFor(to.counts, fits), billFor(from.counts, fits)), ms: to.at - from.at };
  };
  const parts = (bill: (index: number) => Bill) =>
    Object.fromEntries(PARTS.map((name, index) => [name, bill(index)])) as Record<Part, Bill>;
  const fleet = ({ className }: ObjectCounts) => className === 'FleetObject';
  const quiet = part(PARTS.indexOf('quiet'), fleet);
  const heartbeats = (ms: number) => times(quiet.bill, ms / quiet.ms);
  const [first, , afterQuiet, , last] = marks;
  if (first === undefined || afterQuiet === undefined || last === undefined) throw new Error('not counted');
  const classes = new Set(last.counts.objects.map(({ className }) => className));
  classes.delete('RoomObject');
  const others = [...classes].map((name) => {
    const bill = (index: number) => {
      const { bill, ms } = part(index, ({ className }) => className === name);
      const ofCalls = name === 'FleetObject' ? minus(bill, heartbeats(ms)) : bill;
      return times(ofCalls, 1 / CARRIERS.length);
    };
    return [name, parts(bill)] as const;
  });
  const requests = Object.entries(last.counts.worker).map(
    ([path, count]) => [path, (count - (first.counts.worker[path] ?? 0)) / CARRIERS.length] as const,
  );
  const made = (at: Mark, carrier: CarrierKind) =>
    sum(at.counts.objects.filter(isRoom(carrier)).map((object) => object.made));
  return {
    calls: CARRIERS.map((carrier) => ({
      carrier,
      room: parts((index) => part(index, isRoom(carrier)).bill),
      made: {
        quiet: made(afterQuiet, carrier),
        after: made(last, carrier) - made(afterQuiet, carrier),
      },
      rowsWritten: last.counts.objects.find(isRoom(carrier))?.rowsWritten ?? {},
    })),
    others: Object.fromEntries(others),
    nodeHour: heartbeats(3_600_000),
    worker: Object.fromEntries(requests.filter(([, count]) => count > 0)),
  };
}

/** All parts of a call together. */
export function whole(parts: Record<Part, Bill>): Bill {
  return PARTS.map((part) => parts[part]).reduce(plus);
}
