/**
 * `pnpm bench:edge`: what the edge alone carries and costs, on a real stack whose media node has next to nothing to do.
 *
 *     node apps/e2e/src/bench/edge.ts [--at-once 1,2,4,8,16,32,64] [--joins 200] [--rooms 60] [--people 4] [--minutes 10]
 *         [--only joins|messages|calls]
 *
 * - joins: clients that are a socket and nothing more join and leave, `--at-once` at any time: `--joins` of them one room, and
 *   `--rooms` of them each a room that the join makes. A room takes 500 joins at once and then 50 a second, whatever the
 *   machine, so more `--joins` would measure that.
 * - messages: what passes through one Room object: chat to everybody, and session messages to the node.
 * - calls: two calls of bots with sound and picture, `--minutes` long, over either carrier, whose Worker counts what
 *   Cloudflare bills (`apps/signaling/src/testing/counting`), and what its price list makes of that. See `docs/cost.md`.
 *
 * Times are of this machine, of wrangler's local runtime, and of whatever else runs: the load average stands with each.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { table } from '../prove/format.ts';
import { Stack } from '../stack.ts';
import { COUNTING_STACK, countCalls } from './edge/call.ts';
import { describeCalls } from './edge/describe-call.ts';
import { type JoinLoad, type JoinScene, knee, loadJoins } from './edge/join-load.ts';
import { loadChat, loadRelay, type MessageLoad } from './edge/message-load.ts';

export interface LoadOptions {
  atOnce: readonly number[];
  /** How many join at each step: one room, and each a new one. */
  joins: Record<JoinScene, number>;
}

/** What the loads need of their stack: the rooms stay for a while. */
export const LOAD_STACK = { edgeEnv: { PARLEY_ROOMS_MAX_ROOMS: '100000' } } as const;

/** Loads the edge with joins, ever more at once. @param print takes each scene's figures */
export async function benchJoins(
  stack: Stack,
  { atOnce, joins }: LoadOptions,
  print: (text: string) => void,
): Promise<JoinLoad[]> {
  const all: JoinLoad[] = [];
  for (const scene of ['one room', 'new rooms'] as const) {
    const rows = [
      ['at once', 'joins/s', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU ms a join', 'of the node', 'load'],
    ];
    const loads: JoinLoad[] = [];
    for (const count of atOnce) {
      const load = await loadJoins(stack, scene, count, joins[scene]);
      loads.push(load);
      const { rate, p50, p95, p99, cpu } = load;
      const cells = [rate, p50, p95, p99, cpu.workerd * 1000, cpu.node * 1000].map((figure) =>
        figure.toFixed(1),
      );
      rows.push([String(count), ...cells, loadNow()]);
    }
    all.push(...loads);
    const best = knee(loads);
    print(`Joins, ${scene}; CPU is workerd's, with wrangler's proxy:\n${table(rows)}`);
    print(`knee: ${best?.atOnce} at once, ${best?.rate.toFixed(1)} joins/s`);
  }
  return all;
}

/** Loads one Room object with messages. @param rooms how many people each has who chat */
export async function benchMessages(
  stack: Stack,
  rooms: readonly number[],
  print: (text: string) => void,
): Promise<MessageLoad[]> {
  const rows = [['', 'people', 'in/s', 'out/s', 'p50 ms', 'p95 ms', 'CPU µs a message in', 'out', 'load']];
  const loads: MessageLoad[] = [];
  const take = (load: MessageLoad) => {
    loads.push(load);
    const { what, people, rateIn, rateOut, p50, p95, cpuIn, cpuOut } = load;
    const times = [p50, p95].map((time) => (time === undefined ? '–' : time.toFixed(1)));
    const cpu = [cpuIn, cpuOut].map((seconds) => (seconds * 1e6).toFixed(0));
    rows.push([what, String(people), rateIn.toFixed(0), rateOut.toFixed(0), ...times, ...cpu, loadNow()]);
  };
  for (const people of rooms) {
    take(await loadChat(stack, people, 1));
    take(await loadChat(stack, people, people));
  }
  take(await loadRelay(stack, 10));
  print(`Messages through one Room; CPU is workerd's, with wrangler's proxy:\n${table(rows)}`);
  return loads;
}

function loadNow(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

const BENCHES = ['joins', 'messages', 'calls'] as const;

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      'at-once': { type: 'string', default: '1,2,4,8,16,32,64' },
      joins: { type: 'string', default: '200' },
      rooms: { type: 'string', default: '60' },
      people: { type: 'string', default: '4' },
      minutes: { type: 'string', default: '10' },
      only: { type: 'string' },
    },
  });
  const asked = BENCHES.filter((bench) => values.only === undefined || values.only === bench);
  if (asked.length === 0) throw new Error(`--only is one of ${BENCHES.join(', ')}`);
  const failed: string[] = [];
  const on = async (stack: Stack, run: () => Promise<unknown>) => {
    try {
      await run();
      failed.push(...stack.troubles);
    } finally {
      await stack.stop();
    }
  };
  if (asked.includes('joins') || asked.includes('messages')) {
    const stack = await Stack.start(LOAD_STACK);
    await on(stack, async () => {
      const atOnce = values['at-once'].split(',').map(Number);
      const joins = { 'one room': Number(values.joins), 'new rooms': Number(values.rooms) };
      if (asked.includes('joins')) await benchJoins(stack, { atOnce, joins }, console.log);
      if (asked.includes('messages')) await benchMessages(stack, [2, 10, 50], console.log);
    });
  }
  if (asked.includes('calls')) {
    const stack = await Stack.start(COUNTING_STACK);
    await on(stack, async () => {
      const figures = await countCalls(stack, {
        people: Number(values.people),
        seconds: 60 * Number(values.minutes),
        quietSeconds: 60,
        chats: 3,
        mutes: 2,
        onProgress: (line) => console.error(line),
      });
      console.log(describeCalls(figures));
      console.log(`load ${loadNow()}`);
    });
  }
  if (failed.length > 0) console.error(`servers reported:\n${failed.join('\n')}`);
  // libdatachannel's threads would keep the process.
  process.exit(failed.length > 0 ? 1 : 0);
}
