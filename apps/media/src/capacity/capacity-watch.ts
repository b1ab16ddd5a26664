import type { MediaRoom } from '../rooms/media-room.ts';
import type { ThrottledLog } from '../telemetry/throttled-log.ts';
import type { MediaWorker } from '../workers/media-worker.ts';
import {
  type CapacityLimits,
  type CapacityState,
  decide,
  NOTHING_SHED,
  needsLook,
  type WorkerMeasurement,
} from './decide.ts';
import { attribute, COSTS, type RoomLoad, type RoomUse, type WorkerUse } from './load-model.ts';
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
    // By router: a room that is made anew on another worker begins with all it can have.
    const present = new Map(rooms().map((room) => [room.media.router.id, room]));
    for (const media of this.#meters.keys()) {
      if (present.get(media.router.id)?.media !== media) this.#meters.delete(media);
    }
    const workers = await this.#measure(
      [...present.values()].map(({ media }) => media),
      now,
    );
    const before = this.#state;
    this.#state = decide(before, { memory: memory(), workers }, limits);
    const loads = new Map(workers.flatMap((worker) => [...worker.rooms]));
    if (before.full !== this.#state.full) {
      const text = this.#state.full ? 'the node takes no new rooms' : 'the node takes new rooms again';
      events.warn('node-full', { full: this.#state.full, memory: memory() }, text);
    }
    await Promise.all(
      [...present].map(async ([id, { roomId, media }]) => {
        const step = SHED_STEPS[this.#state.rooms.get(id)?.step ?? 0] ?? 'none';
        if (step === media.shed) return;
        const { cpu, memory: bytes } = loads.get(id) ?? { cpu: [], memory: 0 };
        const used = {
          cpu: cpu[SHED_STEPS.indexOf(media.shed)],
          workerCpu: media.worker.cpu,
          memory: Math.round(bytes),
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

  /** What workers use, and rooms, by router, on those that have to be looked at. */
  async #measure(rooms: readonly MediaRoom[], now: number): Promise<WorkerMeasurement[]> {
    const measured: WorkerMeasurement[] = [];
    const watched = new Map<MediaWorker, number>();
    for (const [worker, its] of Map.groupBy(rooms, (room) => room.worker)) {
      const use = useOf(worker);
      const loads = new Map<string, RoomLoad | undefined>(its.map(({ router }) => [router.id, undefined]));
      measured.push({ cpu: use.cpu, rooms: loads });
      const anyShed = its.some((room) => room.shed !== 'none');
      if (!anyShed && !needsLook(use, this.#options.memory(), this.#options.limits)) {
        for (const room of its) this.#meters.delete(room);
        continue;
      }
      watched.set(worker, now);
      const uses = new Map<string, RoomUse>();
      for (const room of its) {
        const meter = this.#meters.get(room) ?? new RoomMeter(room, this.#watched.get(worker));
        this.#meters.set(room, meter);
        const doing = await meter.measure(now);
        if (doing !== undefined) uses.set(room.router.id, doing);
      }
      for (const [id, load] of attribute(use, uses).rooms) loads.set(id, load);
    }
    this.#watched = watched;
    return measured;
  }
}

function useOf(worker: MediaWorker): WorkerUse {
  return { cpu: Math.max(0, worker.cpu - COSTS.idleCpu), memory: worker.memoryInUse };
}
