import type { RoomLoad } from './load-model.ts';
import { SHED_STEPS } from './shed-step.ts';

/** What rooms and the node may use: of one core, 1 is all; bytes. */
export interface CapacityLimits {
  cpuPerRoom: number;
  memoryPerRoom: number;
  memoryTotal: number;
}

/** A room that has lost something, or had a moment ago. */
export interface Shedding {
  /** Index in {@link SHED_STEPS}. */
  step: number;
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

/** What is known at one moment. */
export interface CapacityMeasurement {
  /** Bytes that all processes of the node have. */
  memory: number;
  /** The rooms there are; without a load where it was not measured. */
  rooms: ReadonlyMap<string, RoomLoad | undefined>;
}

export const NOTHING_SHED: CapacityState = { look: 0, full: false, rooms: new Map() };

/** Of the limit: from here on new participants are refused. */
const REFUSE = 0.85;
/** Of the limit: from here on video is taken. Below 1, which a worker that has a whole core never shows. */
const SHED = 0.95;
/** Of the limit: a step is taken back when without it the room would stay this far below what led to it. */
const BAND = 0.15;
/** Of the node's memory: at `full` it takes no new rooms until it is below `roomy`. */
const MEMORY = { roomy: 0.85, full: 0.9, tight: 0.95 } as const;
/** Fewest and most looks on a step; they double for a room that needs the step again soon after it was taken back. */
const PATIENCE = { first: 3, most: 120 } as const;

/**
 * Decides what each room loses or gets back: a step at a time, one a call. A step is taken back only when the room, as
 * the model has it, would stay well below the limit without it: a constant load changes nothing once it fits.
 */
export function decide(
  state: CapacityState,
  measured: CapacityMeasurement,
  limits: CapacityLimits,
): CapacityState {
  const now = state.look + 1;
  const pressure = measured.memory / limits.memoryTotal;
  const full = pressure >= (state.full ? MEMORY.roomy : MEMORY.full);
  const biggest = pressure >= 1 ? biggestRoom(state, measured) : undefined;
  const rooms = new Map<string, Shedding>();
  for (const [id, load] of measured.rooms) {
    const before = state.rooms.get(id) ?? { step: 0, changedAt: now, patience: PATIENCE.first };
    const after =
      load === undefined
        ? before
        : next(before, { at: (step) => loadOn(step, load, limits), forced: id === biggest, pressure }, now);
    const recent = after.easedAt !== undefined && now - after.easedAt < PATIENCE.most;
    if (after.step > 0 || recent) rooms.set(id, after);
  }
  return { look: now, full, rooms };
}

/**
 * Whether a worker's rooms have to be asked what they do: none can be near its limit while all together are not.
 *
 * @param worker what it uses above what it uses without rooms
 */
export function needsLook(
  worker: { cpu: number; memory: number },
  nodeMemory: number,
  { cpuPerRoom, memoryPerRoom, memoryTotal }: CapacityLimits,
): boolean {
  const lowest = REFUSE - BAND;
  return (
    worker.cpu >= cpuPerRoom * lowest ||
    worker.memory >= memoryPerRoom * lowest ||
    nodeMemory >= memoryTotal * MEMORY.tight
  );
}

interface Situation {
  /** The room's use on a step, of its limit. */
  at(step: number): number;
  /** Whether it is to lose something for the node's sake. */
  forced: boolean;
  /** The node's memory, of its limit. */
  pressure: number;
}

function next(room: Shedding, { at, forced, pressure }: Situation, now: number): Shedding {
  const { step, changedAt, patience, easedAt } = room;
  if (step < SHED_STEPS.length - 1 && (forced || at(step) >= entryOf(step + 1))) {
    const again = easedAt !== undefined && now - easedAt < 2 * patience;
    return {
      ...room,
      step: step + 1,
      changedAt: now,
      patience: again ? Math.min(2 * patience, PATIENCE.most) : patience,
    };
  }
  const fits = step > 0 && at(step - 1) < entryOf(step) - BAND && pressure < MEMORY.tight;
  if (!fits || now - changedAt < patience) return room;
  return { ...room, step: step - 1, changedAt: now, easedAt: now };
}

function entryOf(step: number): number {
  return step === 1 ? REFUSE : SHED;
}

/**
 * Of the limit that counts on a step. Memory is a reason to refuse newcomers only: what subscribers lose frees next to
 * none of it, so a room would lose everything in a row and get nothing back.
 */
function loadOn(step: number, { cpu, memory }: RoomLoad, limits: CapacityLimits): number {
  const ofCpu = (cpu[step] ?? 0) / limits.cpuPerRoom;
  return step === 0 ? Math.max(ofCpu, memory / limits.memoryPerRoom) : ofCpu;
}

/** Of those that still have something to lose. */
function biggestRoom(state: CapacityState, { rooms }: CapacityMeasurement): string | undefined {
  const [biggest] = [...rooms]
    .flatMap(([id, load]) =>
      load === undefined || state.rooms.get(id)?.step === SHED_STEPS.length - 1
        ? []
        : [{ id, memory: load.memory }],
    )
    .sort((a, b) => b.memory - a.memory);
  return biggest?.id;
}
