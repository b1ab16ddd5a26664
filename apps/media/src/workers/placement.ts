/** How a worker stands when something is to be placed. */
export interface WorkerStanding {
  /** Share of one core at the last sample, 0–1. */
  cpu: number;
  /** Routers that came so lately that the sample may not show them, and consumers that are to be expected of sessions that did. */
  lately: { routers: number; consumers: number };
  /** All that it has now. */
  routers: number;
  consumers: number;
}

/** A worker on which a room's next session could be. */
export interface Candidate {
  worker: WorkerStanding;
  /** Sessions of the room on its router there; absent where it has none. */
  sessions?: number;
}

/** Chooses the worker of a room's next session; undefined where there is no candidate. */
export type Placement = <C extends Candidate>(candidates: readonly C[]) => C | undefined;

/** What {@link choosePlace} goes by. CPU is a share of one core. */
export const PLACEMENT = {
  /** What a router, and a consumer, is taken to need until a sample shows it: a camera's 150 packets a second cost 0.2%. */
  routerCpu: 0.05,
  consumerCpu: 0.002,
  /** Differences below this are none. */
  step: 0.05,
  /** A room grows onto another worker when all of its own have at least this many of its sessions... */
  sessions: 12,
  /** ...and at least this load, and the other at least so much less than the least of them. */
  loaded: 0.5,
  margin: 0.2,
} as const;

/**
 * A room begins on the worker that has most CPU left: as sampled, with what came lately, so that a burst does not go to
 * one; of equals the one with fewest routers. It stays there until it is big and the worker busy. From then on its next
 * sessions go to another worker as long as that one has more room, each to the least loaded of the room's.
 */
export const choosePlace: Placement = <C extends Candidate>(candidates: readonly C[]) => {
  const own = candidates.filter(({ sessions }) => sessions !== undefined);
  if (own.length === 0) return least(candidates, ({ worker }) => [stepsOf(cpuOf(worker)), worker.routers]);
  const byLoad = ({ worker, sessions = 0 }: C) => [stepsOf(loadOf(worker)), sessions];
  const best = least(own, byLoad);
  const isFull = own.every(
    ({ worker, sessions = 0 }) => sessions >= PLACEMENT.sessions && loadOf(worker) >= PLACEMENT.loaded,
  );
  if (!isFull || best === undefined) return best;
  const others = candidates.filter(({ sessions }) => sessions === undefined);
  const other = least(others, ({ worker }) => [loadOf(worker)]);
  const isBetter = other !== undefined && loadOf(other.worker) + PLACEMENT.margin <= loadOf(best.worker);
  return isBetter ? other : best;
};

function cpuOf({ cpu, lately }: WorkerStanding): number {
  return cpu + lately.routers * PLACEMENT.routerCpu + lately.consumers * PLACEMENT.consumerCpu;
}

/** Before people speak, the consumers tell what is to come. */
function loadOf(worker: WorkerStanding): number {
  return Math.max(cpuOf(worker), worker.consumers * PLACEMENT.consumerCpu);
}

function stepsOf(load: number): number {
  return Math.floor(load / PLACEMENT.step);
}

/** The one whose figures are least, the first figure before the second; the first of equals. */
function least<C>(all: readonly C[], figuresOf: (one: C) => readonly number[]): C | undefined {
  let found: { one: C; figures: readonly number[] } | undefined;
  for (const one of all) {
    const figures = figuresOf(one);
    if (found === undefined || isLess(figures, found.figures)) found = { one, figures };
  }
  return found?.one;
}

function isLess(figures: readonly number[], than: readonly number[]): boolean {
  const at = figures.findIndex((figure, index) => figure !== than[index]);
  return at >= 0 && (figures[at] ?? 0) < (than[at] ?? 0);
}
