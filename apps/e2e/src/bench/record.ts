/**
 * `pnpm bench:record`: what it costs to record 20 tracks at once, and what it adds to how long packets of a call take. A room has ten
 * bots with camera, in three layers, and microphone, and two who receive them all. Windows with and without recording come in turn, so that
 * whatever else the machine does meets both; a recording is finished before the next window. CPU is the kernel's for the media worker, the
 * node's process and the recorder's. Delays are those of sound between two bots in a process of their own, in another room of the
 * same worker (record/delay-probe.ts): what the worker has to do comes before their packets too.
 *
 *     node apps/e2e/src/bench/record.ts [--pairs 4] [--seconds 10] [--senders 10]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { BotOptions } from '@parley/bots/bot';
import { BotFleet } from '@parley/bots/bot-fleet';
import { percentile } from '@parley/bots/fleet-figures';
import { mib, table } from '../prove/format.ts';
import { residentBytes } from '../prove/process-costs.ts';
import { RecordingApi } from '../recording/recording-api.ts';
import { StackRecorder } from '../recording/stack-recorder.ts';
import { Stack, type StackOptions } from '../stack.ts';
import { cpuSeconds } from './forward/cpu-time.ts';
import { DelayProbe } from './record/delay-probe.ts';

/** One worker, so that it is known who is busy. */
export const RECORD_STACK: StackOptions = {
  nodeEnv: { PARLEY_PERFORMANCE_WORKER_THREADS: '1', LOG_LEVEL: 'info' },
};

export interface RecordBenchOptions {
  pairs: number;
  /** Of each window. */
  seconds: number;
  /** Bots with camera and microphone. */
  senders: number;
}

/** What a window came to. */
export interface RecordWindow {
  recorded: boolean;
  /** Shares of a core. */
  cpu: { workers: number; node: number; recorder: number };
  /** Resident memory at its end, bytes. */
  memory: { workers: number; node: number; recorder: number };
  /** Of the probe's packets, ms. */
  delays: number[];
}

/** How much a window is preceded by, in which key frames come and recorders warm up, ms. */
const SETTLE_MS = 2_000;
const FINISH_MS = 120_000;
const VIEWERS = 2;

/** Measures pairs of windows, without recording and with. */
export async function benchRecord(
  stack: Stack,
  recorder: StackRecorder,
  { pairs, seconds, senders }: RecordBenchOptions,
): Promise<{ windows: RecordWindow[]; tracks: number }> {
  const room = `bench-${crypto.randomUUID()}`;
  const bot = (name: string): BotOptions => ({ edgeUrl: stack.url, room, name });
  const sender = { publish: ['microphone', 'camera'], simulcast: true, autoSubscribe: false } as const;
  const fleet = new BotFleet(
    [
      ...Array.from({ length: senders }, (_, index) => ({ ...bot(`Sender ${index}`), ...sender })),
      ...Array.from({ length: VIEWERS }, (_, index) => bot(`Viewer ${index}`)),
    ],
    { processes: 1 },
  );
  const api = new RecordingApi(stack.url);
  const probe = await DelayProbe.open(stack.url);
  const windows: RecordWindow[] = [];
  let tracks = 0;
  try {
    await fleet.start();
    const { failed, problems } = await fleet.figures();
    if (Object.keys({ ...failed, ...problems }).length > 0)
      throw new Error(`bots failed: ${JSON.stringify({ ...failed, ...problems })}`);
    for (let pair = 0; pair < pairs; pair++) {
      windows.push(await measure(stack, recorder, probe, seconds, false));
      const { id } = await api.start(room);
      windows.push(await measure(stack, recorder, probe, seconds, true));
      tracks = Math.max(tracks, await metric(recorder, 'parley_recorder_tracks'));
      await api.stop(room);
      const { files } = await api.finished(id, FINISH_MS);
      if (files.length !== senders) throw new Error(`${files.length} files were made of ${senders} who sent`);
    }
    return { windows, tracks };
  } finally {
    await probe.close();
    await fleet.close();
  }
}

async function measure(
  stack: Stack,
  recorder: StackRecorder,
  probe: DelayProbe,
  seconds: number,
  recorded: boolean,
): Promise<RecordWindow> {
  await sleep(SETTLE_MS);
  const workers = await stack.workerPids();
  const sum = (pids: readonly number[]) => pids.reduce((total, pid) => total + cpuSeconds(pid), 0);
  const now = () => ({
    at: performance.now() / 1000,
    workers: sum(workers),
    node: cpuSeconds(stack.nodePid),
    recorder: cpuSeconds(recorder.pid),
  });
  await probe.take();
  const before = now();
  await sleep(seconds * 1000);
  const after = now();
  const delays = await probe.take();
  const share = (part: 'workers' | 'node' | 'recorder') =>
    (after[part] - before[part]) / (after.at - before.at);
  const bytes = await Promise.all(workers.map(residentBytes));
  return {
    recorded,
    cpu: { workers: share('workers'), node: share('node'), recorder: share('recorder') },
    memory: {
      workers: bytes.reduce((total, one) => total + one, 0),
      node: await residentBytes(stack.nodePid),
      recorder: await residentBytes(recorder.pid),
    },
    delays,
  };
}

async function metric(recorder: StackRecorder, name: string): Promise<number> {
  const page = await (await fetch(recorder.metricsUrl)).text();
  const line = page.split('\n').find((text) => text.startsWith(`${name} `) || text.startsWith(`${name}{`));
  if (line === undefined) throw new Error(`the recorder has no metric ${name}`);
  return Number(line.slice(line.lastIndexOf(' ')));
}

/** What recording adds to the p99 of delays, ms: in the middle one of the pairs. */
export function addedDelay(windows: readonly RecordWindow[]): number {
  const p99 = ({ delays }: RecordWindow) => percentile(delays, 0.99) ?? Number.NaN;
  const added = windows.flatMap((window, index) => {
    const before = windows[index - 1];
    return window.recorded && before !== undefined ? [p99(window) - p99(before)] : [];
  });
  return percentile(added, 0.5) ?? Number.NaN;
}

/** The figures as a table: of all windows of a kind together. */
export function describeRecord(windows: readonly RecordWindow[]): string {
  const head = [
    '',
    'worker',
    'node',
    'recorder',
    'MB: worker',
    'node',
    'recorder',
    'delay p50 / p95 / p99 / max, ms',
  ];
  const rows = [false, true].map((recorded) => {
    const some = windows.filter((window) => window.recorded === recorded);
    const mean = (figure: (window: RecordWindow) => number) =>
      some.reduce((total, window) => total + figure(window), 0) / some.length;
    const delays = some.flatMap((window) => window.delays);
    return [
      recorded ? 'recorded' : 'not recorded',
      ...(['workers', 'node', 'recorder'] as const).map(
        (part) => `${(mean(({ cpu }) => cpu[part]) * 100).toFixed(1)}%`,
      ),
      ...(['workers', 'node', 'recorder'] as const).map((part) =>
        mib(Math.max(...some.map(({ memory }) => memory[part]))),
      ),
      [0.5, 0.95, 0.99, 1].map((at) => (percentile(delays, at) ?? Number.NaN).toFixed(2)).join(' / '),
    ];
  });
  return `${table([head, ...rows])}\nshares of one core; recording adds ${addedDelay(windows).toFixed(2)} ms to p99`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      pairs: { type: 'string', default: '4' },
      seconds: { type: 'string', default: '10' },
      senders: { type: 'string', default: '10' },
    },
  });
  const stack = await Stack.start(RECORD_STACK);
  let recorder: StackRecorder | undefined;
  try {
    recorder = await StackRecorder.start(stack, { env: { LOG_LEVEL: 'info' } });
    const { windows, tracks } = await benchRecord(stack, recorder, {
      pairs: Number(values.pairs),
      seconds: Number(values.seconds),
      senders: Number(values.senders),
    });
    console.log(`${tracks} tracks\n${describeRecord(windows)}`);
  } finally {
    await recorder?.stop();
    await stack.stop();
  }
  for (const trouble of stack.troubles) console.error(trouble);
  // libdatachannel's threads would keep the process.
  process.exit(stack.troubles.length === 0 ? 0 : 1);
}
