/**
 * What one packet and one object of mediasoup cost a worker. Source: `pnpm bench:cost` on a machine of two cores with
 * mediasoup 3.27, rounded. Only their ratios matter while a worker carries rooms: what is attributed is scaled to what the
 * worker really uses.
 */
export const COSTS = {
  /** Share of a core that a worker without packets uses. */
  idleCpu: 0.001,
  /** CPU seconds for a packet received from a publisher, and for one sent to a subscriber. */
  packetIn: 12e-6,
  packetOut: 13e-6,
  /** Bytes of resident memory for one that carries media. */
  transport: 150_000,
  producer: 15_000,
  consumer: 65_000,
  /**
   * Bytes for each packet a second that is received. Computed: mediasoup keeps two seconds of packets, of 1600 bytes each, to
   * send them again to whoever asks, which bots do not.
   */
  keptPacket: 3_200,
} as const;

/**
 * The most by which measured use may exceed the modelled before the rest is nobody's: handshakes, datagrams of strangers,
 * memory that the allocator keeps after rooms have gone. A room is not to pay for those. What a packet costs depends on the
 * machine and on how many come at once; what an object takes does not, so the rest of memory is soon another's.
 */
const MAX_FACTOR = { cpu: 3, memory: 1.5 } as const;

/** What a room does on a worker. */
export interface RoomUse {
  /** RTP packets a second from publishers, and from other workers that the room is on. */
  packetsIn: number;
  /** RTP packets a second to subscribers and other workers if it had lost what each of the steps takes, in their order. */
  packetsOut: readonly number[];
  /** Index of the step that it is on. */
  step: number;
  transports: number;
  producers: number;
  consumers: number;
}

/** A room's part of what its worker uses. */
export interface RoomLoad {
  /** Share of a core that it uses, or would use, on each step. */
  cpu: readonly number[];
  /** Bytes. */
  memory: number;
}

/** What a worker uses above what it uses without rooms. */
export interface WorkerUse {
  /** Share of a core, 0–1. */
  cpu: number;
  /** Bytes. */
  memory: number;
}

/**
 * Divides what a worker uses among its rooms, by what they do and what that costs. The rooms' parts (their CPU on the
 * step they are on) and `rest` add up to what was measured.
 */
export function attribute(
  worker: WorkerUse,
  rooms: ReadonlyMap<string, RoomUse>,
): { rooms: Map<string, RoomLoad>; rest: WorkerUse } {
  const uses = [...rooms.values()];
  const cpu = divide(worker.cpu, sum(uses.map((use) => cpuOf(use, use.step))), MAX_FACTOR.cpu);
  const memory = divide(worker.memory, sum(uses.map(memoryOf)), MAX_FACTOR.memory);
  const loads = [...rooms].map(([id, use]): [string, RoomLoad] => [
    id,
    {
      cpu: use.packetsOut.map((_, step) => cpuOf(use, step) * cpu.factor),
      memory: memoryOf(use) * memory.factor,
    },
  ]);
  return { rooms: new Map(loads), rest: { cpu: cpu.rest, memory: memory.rest } };
}

function cpuOf({ packetsIn, packetsOut }: RoomUse, step: number): number {
  return packetsIn * COSTS.packetIn + (packetsOut[step] ?? 0) * COSTS.packetOut;
}

function memoryOf({ transports, producers, consumers, packetsIn }: RoomUse): number {
  const objects = transports * COSTS.transport + producers * COSTS.producer + consumers * COSTS.consumer;
  return objects + packetsIn * COSTS.keptPacket;
}

function divide(measured: number, modelled: number, maxFactor: number): { factor: number; rest: number } {
  const factor = modelled > 0 ? Math.min(maxFactor, measured / modelled) : 0;
  return { factor, rest: measured - factor * modelled };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
