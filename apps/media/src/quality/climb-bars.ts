/** A layer that a link did not carry, ms. */
export interface Bar {
  layer: number;
  /** When it may be tried again. */
  until: number;
  /** How long it was barred. */
  wait: number;
}

/** By track id. */
export type Bars = ReadonlyMap<string, readonly Bar[]>;

export const NO_BARS: Bars = new Map();

/** How long a layer is barred: doubled when it fails again soon after it was tried, ms. */
const WAIT = { first: 10_000, most: 60_000, soon: 20_000 } as const;

/**
 * The link has fallen below what these layers take. A probe says what a link lets through for a moment, which is more than what it
 * carries: a layer that has just failed would be tried after each.
 *
 * @param failed layers that were sent, by track id
 */
export function bar(before: Bars, failed: ReadonlyMap<string, number>, now: number): Bars {
  const isKnown = ([, all]: [string, readonly Bar[]]) => all.some(({ until }) => now - until < WAIT.soon);
  const after = new Map([...before].filter(isKnown));
  for (const [trackId, layer] of failed) {
    const all = before.get(trackId) ?? [];
    const wait = waitAfter(
      all.find((one) => one.layer === layer),
      now,
    );
    after.set(trackId, [...all.filter((one) => one.layer !== layer), { layer, until: now + wait, wait }]);
  }
  return after;
}

/** There is room for the lowest layers that are barred: they may be tried now, and are barred for longer if they fail again soon. */
export function lift(before: Bars, now: number): Bars {
  const lifted = ([trackId, all]: [string, readonly Bar[]]): [string, Bar[]] => {
    const lowest = barred(before, trackId, now);
    return [trackId, all.map((one) => (one.layer === lowest ? { ...one, until: now } : one))];
  };
  return new Map([...before].map(lifted));
}

/** The lowest layer that a track may not have now; undefined where none is barred. */
export function barred(bars: Bars, trackId: string, now: number): number | undefined {
  const layers = (bars.get(trackId) ?? []).flatMap(({ layer, until }) => (now < until ? layer : []));
  return layers.length === 0 ? undefined : Math.min(...layers);
}

function waitAfter(last: Bar | undefined, now: number): number {
  if (last === undefined || now - last.until >= WAIT.soon) return WAIT.first;
  // While it is barred it was not tried: the link has become still worse.
  return now < last.until ? last.wait : Math.min(2 * last.wait, WAIT.most);
}

/** A video that is sent, or is to be. */
export interface ClimbingVideo {
  trackId: string;
  /** The layer that is sent; undefined when none is. */
  sent: number | undefined;
}

/** Of what a layer takes: room for it, with what is around it. */
const ROOMY = 1.15;
/** There has to be room for so long until a layer that failed is tried before its time, ms. */
const ROOM_MS = 1000;

/** Keeps the layers of one client's videos from being tried again and again on a link that does not carry them. */
export class ClimbGuard {
  readonly #ladder: readonly number[];
  #bars: Bars = NO_BARS;
  #active = 0;
  #roomSince: number | undefined;

  /** @param ladder what cameras' layers take, ascending, bit/s */
  constructor(ladder: readonly number[]) {
    this.#ladder = ladder;
  }

  /** Whether a layer was barred when it was last asked whether there is room. */
  get active(): boolean {
    return this.#active > 0;
  }

  /** See {@link barred}. */
  barred(trackId: string, now: number): number | undefined {
    return barred(this.#bars, trackId, now);
  }

  /** See {@link bar}. */
  bar(failed: ReadonlyMap<string, number>, now: number): void {
    this.#bars = bar(this.#bars, failed, now);
  }

  /**
   * Frees what was barred when its time has come, or when there has been room for it for a while.
   *
   * @param estimate of the link, bit/s
   * @param desired what all videos would take with all their layers, bit/s
   * @returns whether something was freed
   */
  free(estimate: number, desired: number, videos: readonly ClimbingVideo[], now: number): boolean {
    const before = this.#active;
    const layers = videos.map(({ trackId, sent }) => ({ failed: this.barred(trackId, now), sent }));
    this.#active = layers.filter(({ failed }) => failed !== undefined).length;
    if (this.#active === 0) return before > 0;
    const needed = layers.reduce((sum, { failed, sent }) => sum + this.#bitrateOf(failed ?? sent), 0);
    const isRoomy = estimate >= Math.min(needed, desired) * ROOMY;
    this.#roomSince = isRoomy ? (this.#roomSince ?? now) : undefined;
    if (this.#roomSince === undefined || now - this.#roomSince < ROOM_MS) return this.#active < before;
    this.#roomSince = undefined;
    this.#bars = lift(this.#bars, now);
    return true;
  }

  #bitrateOf(layer: number | undefined): number {
    return layer === undefined ? 0 : (this.#ladder[Math.min(layer, this.#ladder.length - 1)] ?? 0);
  }
}
