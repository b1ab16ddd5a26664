import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../free-port.ts';
import { Stack } from '../../stack.ts';
import type { BareShare } from './bare-room.ts';
import type { PacketCounts } from './packet-counter.ts';

export const SIDES = ['bare', 'parley'] as const;
export type SideName = (typeof SIDES)[number];

/** Something that forwards: bots join it like an edge. */
export interface Side {
  name: SideName;
  url: string;
  /** The Node process that has the workers. */
  pid: number;
  /** What its workers have counted. */
  counts(): Promise<PacketCounts>;
  /** What it reported as a bug of its own. */
  troubles(): readonly string[];
  close(): Promise<void>;
}

const file = (name: string) => new URL(`./${name}`, import.meta.url);
const PRELOAD = ['--import', file('packet-counter.ts').href] as const;

/**
 * Bots do not speak of bandwidth, so an estimate stays where it starts; mediasoup makes one for whoever is offered it. Here it
 * carries everything.
 */
const BITRATES = { PARLEY_WEBRTC_MIN_BITRATE: '50000000', PARLEY_WEBRTC_MAX_BITRATE: '100000000' };

/** A media node with its edge, as it is deployed, on loopback. Edge and node are processes of their own. */
export async function openParley(workers: number): Promise<Side> {
  const counterPort = await freePort();
  const stack = await Stack.start({
    nodeEnv: {
      PARLEY_PERFORMANCE_WORKER_THREADS: String(workers),
      PARLEY_LISTEN_IPS: '127.0.0.1',
      LOG_LEVEL: 'info',
      NODE_OPTIONS: PRELOAD.join(' '),
      PACKET_COUNTER_PORT: String(counterPort),
      ...BITRATES,
    },
    edgeEnv: { ...BITRATES, PARLEY_ROOMS_MAX_PARTICIPANTS: '1000' },
  });
  return {
    name: 'parley',
    url: stack.url,
    pid: stack.nodePid,
    counts: () => ask(counterPort),
    troubles: () => stack.troubles,
    close: () => stack.stop(),
  };
}

/** mediasoup alone. */
export interface BareSide extends Side {
  /** Has the room that is opened next divide its clients over the workers like this. */
  divide(shares: BareShare[]): void;
}

export async function openBare(workers: number): Promise<BareSide> {
  const counterPort = await freePort();
  const child = fork(fileURLToPath(file('bare-sfu.ts')), [String(workers)], {
    execArgv: [...PRELOAD],
    env: { ...process.env, ...BITRATES, PACKET_COUNTER_PORT: String(counterPort) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exit = once(child, 'exit');
  const port = await Promise.race([
    once(child, 'message').then(([first]) => Number(first)),
    exit.then(([code]) => Promise.reject(new Error(`bare mediasoup ended with ${code} before it listened`))),
  ]);
  return {
    name: 'bare',
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    counts: () => ask(counterPort),
    divide: (shares) => child.send(shares),
    troubles: () => (child.exitCode === null ? [] : [`bare mediasoup ended with ${child.exitCode}`]),
    close: async () => {
      // It ends with the channel.
      if (child.connected) child.disconnect();
      await exit;
    },
  };
}

async function ask(port: number): Promise<PacketCounts> {
  const response = await fetch(`http://127.0.0.1:${port}`);
  if (!response.ok) throw new Error(`the packet counter says ${await response.text()}`);
  return (await response.json()) as PacketCounts;
}
