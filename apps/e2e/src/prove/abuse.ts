/**
 * Proves that nothing a stranger sends harms the product, or a call that goes on beside it.
 *
 *     pnpm prove:abuse
 *
 * A healthy call of two runs from start to end. In its room and on its node, hostile clients send generated messages to
 * `/ws` and to the node's own socket, mutated session descriptions over both carriers, wrong tickets, HTTP and WebSocket
 * frames that are none, and STUN, DTLS, RTP and RTCP that is random, cut, damaged or foreign to the media ports, some of
 * it rightly encrypted. Then it looks for what was harmed, and lets a newcomer in.
 *
 * Variables: `SEED` (default: of the time; printed), `MESSAGES` (10000 at `/ws` and as many at the node), `SDPS` (2000
 * over each carrier), `PACKETS` (50000), `PACKETS_PER_SECOND` (400), `CONTROL_SECONDS` (30).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Bot } from '@parley/bots/bot';
import { until } from '@parley/bots/inbox';
import { Stack } from '../stack.ts';
import type { Assault, AssaultReport, Tally } from './abuse/assault.ts';
import { type CallFigures, HealthyCall } from './abuse/healthy-call.ts';
import { udpDrops } from './abuse/udp-drops.ts';
import { Watch } from './abuse/watch.ts';
import { atMostOnceASecond, mib, table } from './format.ts';
import { costsOf, serversOf } from './process-costs.ts';

export interface AbuseOptions {
  seed: number;
  /** Messages that are looked at, at `/ws` and as many at the node. */
  messages: number;
  /** Descriptions that are read, over each carrier. */
  sdps: number;
  /** Packets at the media ports. */
  packets: number;
  packetsPerSecond: number;
  /** How long the healthy call is watched alone before. */
  controlSeconds: number;
  /** Whether to wait until a ticket has expired. */
  expiry: boolean;
}

/** Bytes: of the node's heap, and resident. */
type Memory = Record<'node heap' | 'node' | 'media workers' | 'workerd', number>;

export interface AbuseFigures {
  tally: Tally;
  /** The healthy call alone, and during the assault, with what the kernel dropped for want of room in buffers. */
  alone: CallFigures & { kernelDrops: number | undefined };
  abused: CallFigures & { kernelDrops: number | undefined };
  before: Memory;
  after: Memory;
  /** The longest that the node's /livez and the edge's /health took, ms. */
  longestLivezMs: number;
  longestHealthMs: number;
  /** Until all that hostile clients had left behind was gone, s. */
  settledSeconds: number;
  newcomerJoinMs: number | undefined;
}

/** How long participants without socket and media are kept, and then some, ms. */
const SETTLE_MS = 120_000;

/**
 * @param print gets the progress
 * @throws {Error} when something was harmed
 */
export async function proveAbuse(
  stack: Stack,
  options: AbuseOptions,
  print: (line: string) => void,
): Promise<AbuseFigures> {
  // workerd reports every stranger's bad frame, also to a Worker that listens to errors and does nothing else.
  stack.expectTroubles(/WebSocket protocol error/);
  const room = `abused-${options.seed}`;
  const node = new URL(stack.metricsUrl);
  const created = await fetch(`${stack.url}/api/rooms`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id: room, maxParticipants: 100 }),
  });
  if (created.status !== 201) throw new Error(`the room was not made: ${await created.text()}`);
  const call = await HealthyCall.start(stack.url, room);
  const closing = [() => call.close()];
  try {
    const processes = await serversOf(stack);
    const rtc = (await stack.workerPids()).map((_, index) => stack.rtcPort + index);
    const before = await memory(stack);
    const measured = async (during: () => Promise<void>) => {
      const drops = await udpDrops(rtc);
      const end = call.measure();
      await during();
      const figures = end();
      const dropsAfter = await udpDrops(rtc);
      const kernelDrops = drops === undefined || dropsAfter === undefined ? undefined : dropsAfter - drops;
      return { ...figures, kernelDrops };
    };

    print(`the call goes on alone for ${options.controlSeconds} s`);
    const alone = await measured(() => sleep(options.controlSeconds * 1000));

    const livez = new URL('/livez', node).href;
    const health = `${stack.url}/health`;
    const watch = new Watch([livez, health]);
    let tally: Tally = {};
    const abused = await measured(async () => {
      const assault = begin(
        {
          seed: options.seed,
          edgeUrl: stack.url,
          ports: { client: stack.clientPort, metrics: Number(node.port), rtc },
          room,
          ids: call.ids,
          ufrags: call.ufrags,
          messages: options.messages,
          sdps: options.sdps,
          packets: options.packets,
          packetsPerSecond: options.packetsPerSecond,
          expiry: options.expiry,
        },
        (now) => print(progress(now)),
      );
      closing.push(() => void assault.process.kill());
      tally = await assault.done;
    });
    await watch.stop();

    print('waiting until everybody hostile is gone');
    const settling = performance.now();
    await settled(stack, room);
    const settledSeconds = (performance.now() - settling) / 1000;

    const newcomer = new Bot({ edgeUrl: stack.url, room, name: 'Newcomer', carrier: 'direct' });
    closing.push(() => newcomer.close());
    await newcomer.join();
    await call.reaches(newcomer);

    const harm = [
      ...call.harm,
      ...newcomer.problems.map((problem) => `the newcomer: ${problem}`),
      ...(call.restarts === 0 ? [] : [`streams of the call started anew ${call.restarts} times`]),
      ...(await unwell([health, livez, new URL('/readyz', node).href])),
      ...stack.troubles.map((line) => `a server reported: ${line}`),
      ...same(processes, await serversOf(stack)),
      // What the kernel dropped, no program has seen: the machine was too busy for its buffers.
      ...(abused.lost > (abused.kernelDrops ?? 0) ? [`the call lost ${abused.lost} packets`] : []),
    ];
    if (harm.length > 0)
      throw new Error(`seed ${options.seed}: harm was done:\n${harm.join('\n')}\n${counts(tally)}`);
    return {
      tally,
      alone,
      abused,
      before,
      after: await memory(stack),
      longestLivezMs: watch.longest.get(livez) ?? 0,
      longestHealthMs: watch.longest.get(health) ?? 0,
      settledSeconds,
      newcomerJoinMs: newcomer.figures().joinMs,
    };
  } finally {
    for (const close of closing) close();
  }
}

/** Starts the attacking process. */
function begin(
  assault: Assault,
  onProgress: (tally: Tally) => void,
): { process: ChildProcess; done: Promise<Tally> } {
  const { promise, resolve, reject } = Promise.withResolvers<Tally>();
  const attacker = fork(fileURLToPath(new URL('./abuse/attacker.ts', import.meta.url)), [], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  attacker.on('message', (message) => {
    const report = message as AssaultReport;
    if (report.type === 'progress') onProgress(report.tally);
    else if (report.type === 'done') resolve(report.tally);
    else reject(new Error(`seed ${assault.seed}: ${report.message}`));
  });
  attacker.once('exit', (code, signal) =>
    reject(new Error(`the attacking process ended with ${signal ?? code}`)),
  );
  attacker.send(assault);
  return { process: attacker, done: promise.finally(() => attacker.disconnect()) };
}

function same(before: readonly string[], after: readonly string[]): string[] {
  if (before.join() === after.join()) return [];
  return [`processes are others: ${before.join(', ')} before, ${after.join(', ')} after`];
}

async function memory(stack: Stack): Promise<Memory> {
  const costs = await costsOf(stack);
  return {
    'node heap': await stack.metric('nodejs_heap_size_used_bytes'),
    node: costs.node.memory,
    'media workers': costs['media workers'].memory,
    workerd: costs.workerd.memory,
  };
}

/** Waits until only the healthy two are left, in the room and on the node. */
async function settled(stack: Stack, room: string): Promise<void> {
  let state = '';
  const isSettled = async () => {
    const { participants } = (await (await fetch(`${stack.url}/api/rooms/${room}`)).json()) as {
      participants: unknown[];
    };
    const sessions = await stack.metric('webrtc_participants_total');
    const transports = await stack.metric('parley_transports');
    const sockets = await stack.metric('parley_direct_connections');
    state = `${participants.length} participants, ${sessions} sessions, ${transports} transports, ${sockets} sockets`;
    return participants.length === 2 && sessions === 2 && transports === 4 && sockets === 1;
  };
  await until(isSettled, 'only the healthy two are left', { ms: SETTLE_MS, state: () => state });
}

async function unwell(urls: readonly string[]): Promise<string[]> {
  const answers = urls.map(async (url) => {
    const response = await fetch(url);
    const text = await response.text();
    const isWell = response.status === 200 && !text.includes('degraded');
    return isWell ? [] : [`${url} says ${response.status} ${text}`];
  });
  return (await Promise.all(answers)).flat();
}

function progress(tally: Tally): string {
  const of = (name: string) => tally[name] ?? 0;
  return [
    `messages ${of('messages looked at at /ws')} + ${of('messages looked at at the node')}`,
    `descriptions ${of('descriptions read over relay')} + ${of('descriptions read over direct')}`,
    `packets ${of('packets at media ports')} + ${of('encrypted packets')}`,
    `tickets ${of('wrong tickets shown')}`,
    `connections ${of('raw connections')}`,
  ].join(', ');
}

function counts(tally: Tally): string {
  const rows = Object.entries(tally).sort(([a], [b]) => a.localeCompare(b));
  return table(rows.map(([name, count]) => [`  ${name}`, String(count)]));
}

/** The figures, for people. */
export function describeAbuse(figures: AbuseFigures): string {
  const { tally, alone, abused, before, after } = figures;
  const call = ({ seconds, packets, lost, longestPauseMs, kernelDrops }: AbuseFigures['alone']) =>
    `${seconds.toFixed(1)} s, ${packets} packets (${(packets / seconds).toFixed(1)} a second), ${lost} lost, ` +
    `longest pause ${longestPauseMs.toFixed(0)} ms, dropped by the kernel: ${kernelDrops ?? 'unknown'}`;
  const names = Object.keys(before) as (keyof Memory)[];
  const memory = names.map((name) => `${name} ${mib(before[name])} → ${mib(after[name])} MiB`).join(', ');
  return [
    'Sent, and what became of it:',
    counts(tally),
    `Healthy call alone:    ${call(alone)}`,
    `Healthy call abused:   ${call(abused)}`,
    `Longest answer:        /livez ${figures.longestLivezMs.toFixed(0)} ms, /health ${figures.longestHealthMs.toFixed(0)} ms`,
    `Memory:                ${memory}`,
    `Left behind:           gone after ${figures.settledSeconds.toFixed(1)} s`,
    `A newcomer:            let in after ${figures.newcomerJoinMs?.toFixed(0)} ms, gets all media`,
  ].join('\n');
}

if (import.meta.main) {
  const variable = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
  const options: AbuseOptions = {
    seed: variable('SEED', Math.floor(Date.now() / 1000)),
    messages: variable('MESSAGES', 10_000),
    sdps: variable('SDPS', 2_000),
    packets: variable('PACKETS', 50_000),
    packetsPerSecond: variable('PACKETS_PER_SECOND', 400),
    controlSeconds: variable('CONTROL_SECONDS', 30),
    expiry: true,
  };
  console.log(`Seed ${options.seed}`);
  const stack = await Stack.start({ nodeEnv: { PARLEY_PERFORMANCE_WORKER_THREADS: '2' } });
  try {
    const figures = await proveAbuse(stack, options, atMostOnceASecond(console.error));
    console.log(describeAbuse(figures));
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    await stack.stop();
  }
  // libdatachannel's threads would keep the process.
  process.exit();
}
