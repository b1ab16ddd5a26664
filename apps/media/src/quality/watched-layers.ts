import type { TrackDecision } from './policy.ts';

/** A publisher hears that a layer is not watched when nobody has wanted it for so long: pages are turned back, ms. */
export const UNWATCHED_MS = 5000;

/** What a publisher is to be told. */
export interface Watch {
  trackId: string;
  /** How many layers anybody watches, from the lowest up. */
  layers: number;
}

interface Track {
  /** How many layers it has. */
  readonly layers: number;
  /** How many of them each watcher wants. */
  readonly watchers: Map<object, number>;
  /** How many watchers want so many: in a big room all may change at once. */
  readonly counts: number[];
  /** What its publisher goes by: all of them until it was told something else. */
  told: number;
  wasTold: boolean;
  /** Since when fewer are wanted than it was told. */
  fewerSince: number | undefined;
  muted: boolean;
}

/**
 * How many layers of each published video anybody watches (dynacast). Pure: whoever owns it gives the time and tells the
 * publishers what is {@link due}. More is due at once, fewer after a while, and nothing while a track is muted: it stops by itself
 * then, and those who see it again come back a moment after it does.
 *
 * A watcher is whoever takes a track: a session, or what passes it on.
 */
export class WatchedLayers {
  readonly #tracks = new Map<string, Track>();

  /** A track begins; its publisher sends all its layers. */
  add(trackId: string, layers: number, now: number): void {
    const watchers = new Map<object, number>();
    this.#tracks.set(trackId, {
      layers,
      watchers,
      counts: new Array<number>(layers + 1).fill(0),
      told: layers,
      wasTold: false,
      fewerSince: now,
      muted: false,
    });
  }

  remove(trackId: string): void {
    this.#tracks.delete(trackId);
  }

  mute(trackId: string, muted: boolean, now: number): void {
    const track = this.#tracks.get(trackId);
    if (track === undefined || track.muted === muted) return;
    track.muted = muted;
    track.fewerSince = undefined;
    look(track, now);
  }

  /**
   * All that a watcher wants from now on.
   *
   * @param wanted how many layers, by track id
   */
  watch(watcher: object, wanted: ReadonlyMap<string, number>, now: number): void {
    for (const [trackId, track] of this.#tracks) {
      const layers = Math.min(wanted.get(trackId) ?? 0, track.layers);
      const before = track.watchers.get(watcher) ?? 0;
      if (layers === before) continue;
      count(track, before, -1);
      count(track, layers, 1);
      if (layers === 0) track.watchers.delete(watcher);
      else track.watchers.set(watcher, layers);
      look(track, now);
    }
  }

  /** What publishers are to be told by now. They count as told. */
  due(now: number): Watch[] {
    return [...this.#tracks].flatMap(([trackId, track]) => {
      const layers = mostOf(track);
      const { told, fewerSince, muted } = track;
      const isOver = fewerSince !== undefined && now - fewerSince >= UNWATCHED_MS;
      if (layers === told || (layers < told && (muted || !isOver))) return [];
      track.told = layers;
      track.wasTold = true;
      track.fewerSince = undefined;
      return [{ trackId, layers }];
    });
  }

  /** What the publishers of tracks were told last. */
  told(trackIds: readonly string[]): Watch[] {
    return trackIds.flatMap((trackId) => {
      const track = this.#tracks.get(trackId);
      return track?.wasTold ? [{ trackId, layers: track.told }] : [];
    });
  }

  /** When something is due although nothing changes; undefined when nothing will be. */
  get next(): number | undefined {
    const since = [...this.#tracks.values()].flatMap(({ fewerSince, muted }) =>
      fewerSince === undefined || muted ? [] : [fewerSince],
    );
    return since.length === 0 ? undefined : Math.min(...since) + UNWATCHED_MS;
  }
}

/** How many layers a subscriber wants of what it was decided that it gets: what bandwidth keeps from it comes back by itself. */
export function layersWanted({ spatialLayer, paused, hidden, limitedBy }: TrackDecision): number {
  return hidden || (paused && limitedBy !== 'bandwidth') ? 0 : spatialLayer + 1;
}

function look(track: Track, now: number): void {
  if (mostOf(track) < track.told) track.fewerSince ??= now;
  else track.fewerSince = undefined;
}

function count({ counts }: Track, layers: number, change: 1 | -1): void {
  if (layers > 0) counts[layers] = (counts[layers] ?? 0) + change;
}

function mostOf({ counts }: Track): number {
  return Math.max(
    0,
    counts.findLastIndex((watchers) => watchers > 0),
  );
}
