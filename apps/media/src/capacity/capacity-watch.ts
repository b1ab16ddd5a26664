import type { ThrottledLog } from '@parley/service/throttled-log';
import type { MediaRoom } from '../rooms/media-room.ts';
import type { MediaWorker } from '../workers/media-worker.ts';
import {
  type CapacityLimits,
  type CapacityState,
  decide,
  NOTHING_SHED,
  needsLook,
  type WorkerMeasurement,
} from './decide.ts';
import { attribute, COSTS, type RoomUse, type WorkerUse } from './load-model.ts';
import { RoomMeter } from './room-meter.ts';
import { SHED_STEPS, type ShedStep } from './shed-step.ts';

/** What is watched. */
export interface CapacityOptions {
  limits: CapacityLimits;
  /** The rooms there are now, with their ids. */
  rooms(): { roomId: string; media: MediaRoom }[];
  /** Resident bytes of all of the node's processes. */
  memory(): number;
  events: ThrottledLog;
}

/**
 * Keeps rooms and node within their limits: has {@link decide} look after each sample of the workers, and does what it
 * says. Rooms are measured only on workers that could carry one near its limit. It has no timer of its own.
 */
export class CapacityWatch {
  readonly #options: CapacityOptions;
  readonly #meters = new Map<MediaRoom, RoomMeter>();
  /** Workers whose rooms were measured at the last look, and when that was. */
  #watched: ReadonlyMap<MediaWorker, number> = new Map();
  #state: CapacityState = NOTHING_SHED;
  #looking = false;

  constructor(options: CapacityOptions) {
    this.#options = options;
  }

  /** Whether the node takes no new rooms. */
  get full(): boolean {
    return this.#state.full;
  }

  /** How many rooms are on each step. */
  get shed(): Record<Exclude<ShedStep, 'none'>, number> {
    const counts = { refuse: 0, medium: 0, low: 0, 'no-cameras': 0, 'no-screens': 0 };
    for (const { media } of this.#options.rooms()) if (media.shed !== 'none') counts[media.shed] += 1;
    return counts;
  }

  /** Measures, decides and acts; does nothing while another look is under way. @param now ms of any one clock */
  async look(now = performance.now()): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#look(now);
    } finally {
      this.#looking = false;
    }
  }

  async #look(now: number): Promise<void> {
    const { limits, rooms, memory, events } = this.#options;
    const present = new Map(rooms().map((room) => [room.media.era, room]));
    const media = [...present.values()].map((room) => room.media);
    for (const room of this.#meters.keys()) if (!media.includes(room)) this.#meters.delete(room);
    const workers = await this.#measure(media, now);
    const before = this.#state;
    this.#state = decide(before, { memory: memory(), workers }, limits);
    if (before.full !== this.#state.full) {
      const text = this.#state.full ? 'the node takes no new rooms' : 'the node takes new rooms again';
      events.warn('node-full', { full: this.#state.full, memory: memory() }, text);
    }
    await Promise.all(
      [...present].map(async ([id, { roomId, media }]) => {
        const step = SHED_STEPS[this.#state.rooms.get(id)?.step ?? 0] ?? 'none';
        if (step === media.shed) return;
        const loads = workers.flatMap((worker) => worker.rooms.get(id) ?? []);
        const used = {
          cpu: loads.map(({ cpu }) => cpu[SHED_STEPS.indexOf(media.shed)] ?? 0),
          workerCpu: media.routers.map(({ worker }) => worker.cpu),
          memory: Math.round(loads.reduce((sum, load) => sum + load.memory, 0)),
        };
        events.warn(
          'room-shed',
          { roomId, step, from: media.shed, ...used },
          'a room’s load changes what it gets',
        );
        await media.shedTo(step);
      }),
    );
  }

  /** What workers use, and rooms, by their era, on those that have to be looked at. */
  async #measure(rooms: readonly MediaRoom[], now: number): Promise<WorkerMeasurement[]> {
    const looked = this.#lookedAt(rooms);
    const uses = new Map<MediaRoom, Map<MediaWorker, RoomUse>>();
    for (const room of rooms) {
      const [oldest] = room.routers;
      if (oldest === undefined || !looked.has(oldest.worker)) {
        this.#meters.delete(room);
        continue;
      }
      // Where its first worker was looked at without it, it is new.
      const meter = this.#meters.get(room) ?? new RoomMeter(room, this.#watched.get(oldest.worker));
      this.#meters.set(room, meter);
      uses.set(room, (await meter.measure(now)) ?? new Map());
    }
    this.#watched = new Map([...looked].map((worker) => [worker, now]));
    return [...byWorker(rooms)].map(([worker, its]) => {
      const use = useOf(worker);
      const doing = new Map<string, RoomUse>();
      for (const room of its) {
        const one = uses.get(room)?.get(worker);
        if (one !== undefined) doing.set(room.era, one);
      }
      const loads = attribute(use, doing).rooms;
      return { cpu: use.cpu, rooms: new Map(its.map(({ era }) => [era, loads.get(era)])) };
    });
  }

  /** Those that could carry a room near its limit, with all that share a room with one of them. */
  #lookedAt(rooms: readonly MediaRoom[]): Set<MediaWorker> {
    const workers = byWorker(rooms);
    const memoryOf = (room: MediaRoom) =>
      room.routers.reduce((sum, { worker }) => sum + useOf(worker).memory, 0);
    const looked = new Set<MediaWorker>();
    const add = (worker: MediaWorker) => {
      if (looked.has(worker)) return;
      looked.add(worker);
      for (const { routers } of workers.get(worker) ?? []) for (const other of routers) add(other.worker);
    };
    for (const [worker, its] of workers) {
      const use = { cpu: useOf(worker).cpu, memory: Math.max(...its.map(memoryOf)) };
      const anyShed = its.some((room) => room.shed !== 'none');
      if (anyShed || needsLook(use, this.#options.memory(), this.#options.limits)) add(worker);
    }
    return looked;
  }
}

function byWorker(rooms: readonly MediaRoom[]): Map<MediaWorker, MediaRoom[]> {
  const all = rooms.flatMap((room) => room.routers.map(({ worker }) => ({ worker, room })));
  const workers = new Map<MediaWorker, MediaRoom[]>();
  for (const { worker, room } of all) workers.set(worker, [...(workers.get(worker) ?? []), room]);
  return workers;
}

function useOf(worker: MediaWorker): WorkerUse {
  return { cpu: Math.max(0, worker.cpu - COSTS.idleCpu), memory: worker.memoryInUse };
}
