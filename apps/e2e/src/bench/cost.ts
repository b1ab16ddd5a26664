/**
 * `pnpm bench:cost`: what a packet and each of mediasoup's objects cost a worker: the constants of the media node's model
 * of what rooms use (`apps/media/src/capacity/load-model.ts`).
 *
 *     node apps/e2e/src/bench/cost.ts [--seconds 15] [--rooms 12] [--viewers 6] [--objects 500]
 *
 * CPU: bots that are alone in their rooms send; then each has `--viewers` who receive; less what the worker uses without
 * anybody. Memory: the same scenes; and a worker's resident memory before and after `--objects` of a kind were made, without media. Linux only.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { BotOptions } from '@parley/bots/bot';
import { BotFleet } from '@parley/bots/bot-fleet';
import { createWorker } from 'mediasoup';
import { ensureWorker } from '../../../../infra/mediasoup-worker/ensure.ts';
import { costsOf } from '../prove/process-costs.ts';
import { Stack } from '../stack.ts';

/** A second of one scene. */
interface Rates {
  /** CPU seconds. */
  cpu: number;
  packetsIn: number;
  packetsOut: number;
  /** Bytes, at the end. */
  memory: number;
}

/** What media costs. */
export interface PacketCosts {
  /** CPU seconds: in a second without media, and for a packet. */
  idle: number;
  in: number;
  out: number;
  /** Bytes for a participant who sends, packets that are kept included, and for one who receives. */
  sender: number;
  viewer: number;
}

export interface PacketOptions {
  seconds: number;
  /** After joining, for the climb to the top layer. */
  settleSeconds: number;
  rooms: number;
  viewers: number;
}

/** Measures what packets cost the media worker of a stack of one worker. */
export async function packetCosts(
  stack: Stack,
  { seconds, settleSeconds, rooms, viewers }: PacketOptions,
): Promise<PacketCosts> {
  const bots = (room: number, count: number): BotOptions[] =>
    Array.from({ length: count }, (_, index) => ({
      edgeUrl: stack.url,
      room: `cost-${count}-${room}`,
      name: `${index}`,
      publish: index === 0 ? ['microphone', 'camera'] : [],
      simulcast: true,
      // Alone it would send nothing.
      dynacast: false,
    }));
  const scene = (count: number) =>
    measure(
      stack,
      Array.from({ length: rooms }, (_, room) => bots(room, count)).flat(),
      seconds,
      settleSeconds,
    );
  const idle = await measure(stack, [], seconds, 0);
  const alone = await scene(1);
  const watched = await scene(1 + viewers);
  const perIn = (alone.cpu - idle.cpu) / alone.packetsIn;
  const perOut = (watched.cpu - idle.cpu - perIn * watched.packetsIn) / watched.packetsOut;
  return {
    idle: idle.cpu,
    in: perIn,
    out: perOut,
    sender: (alone.memory - idle.memory) / rooms,
    viewer: (watched.memory - alone.memory) / (rooms * viewers),
  };
}

async function measure(
  stack: Stack,
  plan: readonly BotOptions[],
  seconds: number,
  settleSeconds: number,
): Promise<Rates> {
  const fleet = new BotFleet(plan);
  try {
    await fleet.start();
    const { failed } = await fleet.figures();
    if (Object.keys(failed).length > 0) throw new Error(`bots failed: ${JSON.stringify(failed)}`);
    await sleep(settleSeconds * 1000);
    const now = async () => {
      const [{ sentPackets, receivedPackets }, costs] = await Promise.all([fleet.figures(), costsOf(stack)]);
      return { at: performance.now(), sentPackets, receivedPackets, ...costs['media workers'] };
    };
    const before = await now();
    await sleep(seconds * 1000);
    const after = await now();
    const elapsed = (after.at - before.at) / 1000;
    return {
      cpu: (after.cpu - before.cpu) / elapsed,
      packetsIn: (after.sentPackets - before.sentPackets) / elapsed,
      packetsOut: (after.receivedPackets - before.receivedPackets) / elapsed,
      memory: after.memory,
    };
  } finally {
    await fleet.close();
  }
}

/** Bytes of resident memory for each. */
export interface MemoryCosts {
  router: number;
  transport: number;
  producer: number;
  consumer: number;
}

/** Measures what mediasoup's objects cost a worker of its own. */
export async function memoryCosts(objects: number): Promise<MemoryCosts> {
  const { path } = await ensureWorker();
  const worker = await createWorker({ workerBin: path, logLevel: 'error' });
  try {
    const server = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
    const mediaCodecs = [{ kind: 'video' as const, mimeType: 'video/VP8', clockRate: 90_000 }];
    const some = Array.from({ length: objects }, (_, index) => index);
    let last = await resident(worker.pid);
    const each = async () => {
      const now = await resident(worker.pid);
      const bytes = Math.max(0, now - last) / objects;
      last = now;
      return bytes;
    };
    const routers = await Promise.all(some.map(() => worker.createRouter({ mediaCodecs })));
    const router = await each();
    const [first] = routers;
    if (first === undefined) throw new Error('--objects must be 1 or more');
    const transports = await Promise.all(
      some.map(() => first.createWebRtcTransport({ webRtcServer: server })),
    );
    const transport = await each();
    const producers = await Promise.all(
      transports.map((one, index) =>
        one.produce({
          kind: 'video',
          rtpParameters: {
            mid: '0',
            codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }],
            encodings: [{ ssrc: 1 + index }],
            rtcp: { cname: `c${index}` },
          },
        }),
      ),
    );
    const producer = await each();
    const { rtpCapabilities } = first;
    await Promise.all(
      transports.map((one, index) =>
        one.consume({ producerId: producers[(index + 1) % objects]?.id ?? '', rtpCapabilities }),
      ),
    );
    return { router, transport, producer, consumer: await each() };
  } finally {
    worker.close();
  }
}

async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '15' },
      rooms: { type: 'string', default: '12' },
      viewers: { type: 'string', default: '6' },
      objects: { type: 'string', default: '500' },
    },
  });
  const memory = await memoryCosts(Number(values.objects));
  for (const [kind, bytes] of Object.entries(memory))
    console.log(`${kind.padEnd(12)}${(bytes / 1024).toFixed(1)} KiB`);
  const stack = await Stack.start({
    nodeEnv: { PARLEY_PERFORMANCE_WORKER_THREADS: '1', LOG_LEVEL: 'info' },
    edgeEnv: { PARLEY_SECURITY_RATE_LIMIT_ENABLED: 'false' },
  });
  try {
    const costs = await packetCosts(stack, {
      seconds: Number(values.seconds),
      settleSeconds: 5,
      rooms: Number(values.rooms),
      viewers: Number(values.viewers),
    });
    console.log(`idle        ${(costs.idle * 100).toFixed(2)}% of a core`);
    console.log(`packet in   ${(costs.in * 1e6).toFixed(1)} µs`);
    console.log(`sender      ${(costs.sender / 1024).toFixed(0)} KiB`);
    console.log(`viewer      ${(costs.viewer / 1024).toFixed(0)} KiB`);
    console.log(`packet out  ${(costs.out * 1e6).toFixed(1)} µs`);
  } finally {
    await stack.stop();
  }
  // libdatachannel's threads would keep the process.
  process.exit(0);
}
