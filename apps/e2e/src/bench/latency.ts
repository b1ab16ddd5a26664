/**
 * `pnpm bench:latency`: how old a picture is when it is seen. One Chromium sends itself, through the node, 30 frames a second of
 * 640×360 that show when they were drawn, and reads them where they are shown, so both ends have one clock. Measured between two
 * PeerConnections of the page, without a node, and through the node: when there is nothing else, and while bots keep the node busy. What is
 * later without a node as well is the machine's.
 *
 *     node apps/e2e/src/bench/latency.ts [--seconds 20] [--cpu 70] [--rooms 10] [--viewers 26] [--audio 200]
 *
 * - `--seconds` that count, of each; not over 25, see node-load.ts
 * - `--cpu`: percent of one core that the media worker shall use, with up to `--rooms` rooms of one sender, who sends `--audio` packets of
 *   sound a second beside a camera, and `--viewers` viewers
 *
 * `age` is from drawing a frame until it is on the screen; `on the way` is of that until its last packet came: encoder, pacer, node and
 * loopback. The rest is jitter buffer, decoder and the wait for the screen, which shows 60 frames a second. Means of encoder,
 * pacer (a packet), jitter buffer and decoder, and the round trip, are Chromium's (webrtc-stats).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../launch-browser.ts';
import { table } from '../prove/format.ts';
import { Stack, type StackOptions } from '../stack.ts';
import type { Latency, Spread } from './latency/frame-times.ts';
import { type LoadOptions, NodeLoad } from './latency/node-load.ts';
import { TimeCodedCall } from './latency/time-coded-call.ts';

export const SCENES = [
  'without a node',
  'idle node',
  'without a node, beside a busy one',
  'busy node',
] as const;

/** What one scene came to. */
export interface SceneLatency extends Latency {
  scene: (typeof SCENES)[number];
  /** Share of a core that the media worker used, where it was kept busy. */
  cpu?: number;
}

export interface LatencyOptions extends LoadOptions {
  /** In which the encoder's bitrate and the jitter buffer find their level, and then that count. */
  settle: number;
  seconds: number;
  /** Share of a core. */
  cpu: number;
}

/** One layer, since its encoder is on this machine too; one worker, so that it is known who is busy. */
export const LATENCY_STACK: StackOptions = {
  edgeEnv: { PARLEY_WEBRTC_SIMULCAST: 'false' },
  nodeEnv: { PARLEY_PERFORMANCE_WORKER_THREADS: '1', LOG_LEVEL: 'info' },
};

/** Measures the scenes one after the other. @throws {Error} when no frame's time could be read */
export async function benchLatency(stack: Stack, options: LatencyOptions): Promise<SceneLatency[]> {
  const browser = await launchBrowser();
  const { settle, seconds, cpu } = options;
  const done: SceneLatency[] = [];
  try {
    const measured = async (directly: boolean, load?: NodeLoad): Promise<void> => {
      const way = directly ? 'directly' : { room: `latency-${crypto.randomUUID()}` };
      const call = await TimeCodedCall.start(browser, stack.url, way);
      const measure = async () => {
        await sleep(settle * 1000);
        return await call.measure(seconds);
      };
      const { result, cpu: used } = (await load?.during(cpu, measure)) ?? { result: await measure() };
      const scene = SCENES[done.length];
      if (scene !== undefined) done.push({ scene, ...result, ...(used !== undefined && { cpu: used }) });
      await call.leave();
    };
    for (const directly of [true, false]) await measured(directly);
    const load = await NodeLoad.open(stack, options);
    try {
      for (const directly of [true, false]) await measured(directly, load);
    } finally {
      await load.close();
    }
  } finally {
    await browser.close();
  }
  return done;
}

/** The figures as a table. */
export function latencyTable(scenes: readonly SceneLatency[]): string {
  const three = ({ p50, p95, max }: Spread) => [p50, p95, max].map((ms) => ms.toFixed(0)).join(' / ');
  const rows = scenes.map((one) => [
    one.cpu === undefined ? one.scene : `${one.scene}, ${(one.cpu * 100).toFixed(0)}% of a core`,
    `${one.frames} at ${one.framesPerSecond.toFixed(1)}/s`,
    three(one.age),
    three(one.untilReceipt),
    ...[one.encoding, one.pacing, one.buffered, one.decoding, one.roundTrip].map((ms) => ms.toFixed(1)),
  ]);
  const head = ['ms', 'frames', 'age p50 / p95 / max', 'on the way', 'encoder', 'pacer', 'buffer', 'decoder'];
  return table([[...head, 'round trip'], ...rows]);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '20' },
      cpu: { type: 'string', default: '70' },
      rooms: { type: 'string', default: '10' },
      viewers: { type: 'string', default: '26' },
      audio: { type: 'string', default: '200' },
    },
  });
  const stack = await Stack.start(LATENCY_STACK);
  try {
    const scenes = await benchLatency(stack, {
      settle: 3,
      seconds: Number(values.seconds),
      cpu: Number(values.cpu) / 100,
      rooms: Number(values.rooms),
      viewers: Number(values.viewers),
      audioRate: Number(values.audio),
    });
    console.log(latencyTable(scenes));
  } finally {
    await stack.stop();
  }
  for (const trouble of stack.troubles) console.error(trouble);
  // libdatachannel's threads would keep the process.
  process.exit(stack.troubles.length === 0 ? 0 : 1);
}
