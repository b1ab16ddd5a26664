import type { RoomLoad } from './load-model.ts';
import { SHED_STEPS } from './shed-step.ts';

/** What rooms and the node may use: of one core, 1 is all; bytes. */
export interface CapacityLimits {
  /** On each worker that the room is on. */
  cpuPerRoom: number;
  cpuPerWorker: number;
  memoryPerRoom: number;
  memoryTotal: number;
}

/** What led to a step: the room's own use, its worker's, or the node's memory. */
export type Cause = 'room' | 'worker' | 'node';

/** A room that has lost something, or had a moment ago. */
export interface Shedding {
  /** Index in {@link SHED_STEPS}. */
  step: number;
  /** Why it went to each step from the first to the one it is on. */
  causes: readonly Cause[];
  changedAt: number;
  /** How many looks it must have been on a step before it gets something back. */
  patience: number;
  /** When it last got something back. */
  easedAt?: number;
}

/** What has been decided so far. Times are counted in looks, which come after each sample of the workers, every 5 s. */
export interface CapacityState {
  /** How many looks there have been. */
  look: number;
  /** Whether the node takes no new rooms. */
  full: boolean;
  rooms: ReadonlyMap<string, Shedding>;
}

/** What is known of a worker at one moment. */
export interface WorkerMeasurement {
  /** Share of a core that it uses above what it uses without rooms. */
  cpu: number;
  /** The rooms on it, some of which are on others too; without a load where it was not measured. */
  rooms: ReadonlyMap<string, RoomLoad | undefined>;
}

/** What is known at one moment. */
export interface CapacityMeasurement {
  /** Bytes that all processes of the node have. */
  memory: number;
  /** Those that have rooms. */
  workers: readonly WorkerMeasurement[];
}

export const NOTHING_SHED: CapacityState = { look: 0, full: false, rooms: new Map() };

/** Of the limit: from here on new participants are refused. */
const REFUSE = 0.85;
/** Of the limit: from here on video is taken. Below 1, which a worker that has a whole core never shows. */
const SHED = 0.95;
/** Of the limit: a step is taken back when without it room and worker would stay this far below what led to it. */
const BAND = 0.15;
/** Of the node's memory: at `full` it takes no new rooms until it is below `roomy`. */
const MEMORY = { roomy: 0.85, full: 0.9, tight: 0.95 } as const;
/** Fewest and most looks on a step; they double for a room that needs the step again soon after it was taken back. */
const PATIENCE = { first: 3, most: 120 } as const;

/** Where there is nothing more to take. */
const LAST = SHED_STEPS.length - 1;

/**
 * Decides what each room loses or gets back: a step at a time, one a call. Of a worker that has no time left, the room that
 * uses most of it loses one, however far each is from its own limit. What a room on several workers loses it loses on all. A step is taken back only when the room, and the worker
 * where that led to it, would as the model has it stay well below the limit without it: a constant load changes nothing
 * once it fits.
 */
export function decide(
  state: CapacityState,
  measured: CapacityMeasurement,
  limits: CapacityLimits,
): CapacityState {
  const now = state.look + 1;
  const pressure = measured.memory / limits.memoryTotal;
  const full = pressure >= (state.full ? MEMORY.roomy : MEMORY.full);
  const parts = partsOf(measured.workers);
  const biggest = pressure >= 1 ? biggestRoom(state, parts) : undefined;
  const busiest = new Set(
    measured.workers
      .filter(({ cpu }) => cpu / limits.cpuPerWorker >= SHED)
      .map((worker) => busiestRoom(state, worker)),
  );
  // With what is given back in this call: two rooms may each fit where both do not.
  const cpuOf = new Map(measured.workers.map((worker) => [worker, worker.cpu]));
  const rooms = new Map<string, Shedding>();
  for (const [id, its] of parts) {
    const before = state.rooms.get(id) ?? { step: 0, causes: [], changedAt: now, patience: PATIENCE.first };
    let after = before;
    if (its.length > 0) {
      const eased = its.map(({ worker, load }) => ({
        worker,
        cpu: (cpuOf.get(worker) ?? 0) + costOfEasing(before, load),
      }));
      const workerAt = Math.max(...eased.map(({ cpu }) => cpu)) / limits.cpuPerWorker;
      const forced = busiest.has(id) ? 'worker' : id === biggest ? 'node' : undefined;
      const loads = its.map(({ load }) => load);
      after = next(before, { at: (step) => loadOn(step, loads, limits), forced, workerAt, pressure }, now);
      if (after.step < before.step) for (const { worker, cpu } of eased) cpuOf.set(worker, cpu);
    }
    const recent = after.easedAt !== undefined && now - after.easedAt < PATIENCE.most;
    if (after.step > 0 || recent) rooms.set(id, after);
  }
  return { look: now, full, rooms };
}

/**
 * Whether a worker's rooms have to be asked what they do: neither it nor one of them can be near its limit while all
 * together are not.
 *
 * @param worker what it uses above what it uses without rooms
 */
export function needsLook(
  worker: { cpu: number; memory: number },
  nodeMemory: number,
  { cpuPerRoom, cpuPerWorker, memoryPerRoom, memoryTotal }: CapacityLimits,
): boolean {
  const lowest = REFUSE - BAND;
  return (
    worker.cpu >= Math.min(cpuPerRoom, cpuPerWorker) * lowest ||
    worker.memory >= memoryPerRoom * lowest ||
    nodeMemory >= memoryTotal * MEMORY.tight
  );
}

/** What a room does on one of its workers. */
interface Part {
  worker: WorkerMeasurement;
  load: RoomLoad;
}

/** Each room with its parts, none where it was not measured. */
function partsOf(workers: readonly WorkerMeasurement[]): Map<string, Part[]> {
  const rooms = new Map<string, Part[]>();
  for (const worker of workers) {
    for (const [id, load] of worker.rooms) {
      const parts = rooms.get(id) ?? [];
      rooms.set(id, parts);
      if (load !== undefined) parts.push({ worker, load });
    }
  }
  return rooms;
}

interface Situation {
  /** The room's use on a step, of its limit. */
  at(step: number): number;
  /** For whose sake it is to lose something though it may be within its own limit. */
  forced: Exclude<Cause, 'room'> | undefined;
  /** The CPU of the busiest of its workers if the room got back its last step, of the limit. */
  workerAt: number;
  /** The node's memory, of its limit. */
  pressure: number;
}

function next(room: Shedding, { at, forced, workerAt, pressure }: Situation, now: number): Shedding {
  const { step, causes, changedAt, patience, easedAt } = room;
  const cause = forced ?? (step < LAST && at(step) >= entryOf(step + 1) ? 'room' : undefined);
  if (cause !== undefined) {
    const again = easedAt !== undefined && now - easedAt < 2 * patience;
    return {
      ...room,
      step: step + 1,
      causes: [...causes, cause],
      changedAt: now,
      patience: again ? Math.min(2 * patience, PATIENCE.most) : patience,
    };
  }
  const fits =
    step > 0 &&
    at(step - 1) < entryOf(step) - BAND &&
    (causes.at(-1) !== 'worker' || workerAt < SHED - BAND) &&
    (step > 1 || pressure < MEMORY.tight);
  if (!fits || now - changedAt < patience) return room;
  return { ...room, step: step - 1, causes: causes.slice(0, -1), changedAt: now, easedAt: now };
}

function entryOf(step: number): number {
  return step === 1 ? REFUSE : SHED;
}

/**
 * Of the limit that counts on a step: of CPU on each worker, of memory on all. Memory is a reason to refuse newcomers only:
 * what subscribers lose frees next to none of it, so a room would lose everything in a row and get nothing back.
 */
function loadOn(step: number, loads: readonly RoomLoad[], limits: CapacityLimits): number {
  const ofCpu = Math.max(...loads.map(({ cpu }) => cpu[step] ?? 0)) / limits.cpuPerRoom;
  return step === 0 ? Math.max(ofCpu, memoryOf(loads) / limits.memoryPerRoom) : ofCpu;
}

function memoryOf(loads: readonly RoomLoad[]): number {
  return loads.reduce((sum, { memory }) => sum + memory, 0);
}

/** CPU that a room's last step saves, and giving it back costs. */
function costOfEasing({ step }: Shedding, { cpu }: RoomLoad): number {
  return step === 0 ? 0 : Math.max(0, (cpu[step - 1] ?? 0) - (cpu[step] ?? 0));
}

/** By memory, of those that still take newcomers: nothing else that a room could lose frees any. */
function biggestRoom(state: CapacityState, rooms: ReadonlyMap<string, Part[]>): string | undefined {
  return most([...rooms], (id, parts) =>
    parts.length > 0 && stepOf(state, id) === 0 ? memoryOf(parts.map(({ load }) => load)) : undefined,
  );
}

/** By CPU, of those that still take newcomers or have video whose loss would save some. */
function busiestRoom(state: CapacityState, { rooms }: WorkerMeasurement): string | undefined {
  return most([...rooms], (id, load) => {
    if (load === undefined) return undefined;
    const step = stepOf(state, id);
    const used = load.cpu[step] ?? 0;
    return step === 0 || (load.cpu[LAST] ?? 0) < used ? used : undefined;
  });
}

function stepOf(state: CapacityState, id: string): number {
  return state.rooms.get(id)?.step ?? 0;
}

/** The room for which a size is greatest; the first of equals. */
function most<T>(
  rooms: readonly [id: string, what: T][],
  sizeOf: (id: string, what: T) => number | undefined,
): string | undefined {
  let found: { id: string; size: number } | undefined;
  for (const [id, what] of rooms) {
    const size = sizeOf(id, what);
    if (size !== undefined && size > (found?.size ?? -1)) found = { id, size };
  }
  return found?.id;
}
