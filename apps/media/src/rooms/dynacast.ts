import { WatchedLayers } from '../quality/watched-layers.ts';
import { layersOf, type PublishedTrack } from '../sessions/published-track.ts';
import type { Session } from '../sessions/session.ts';

/** Who takes tracks: a session, or what records them. */
interface Watcher {
  /** How many layers of each video, by track id. */
  readonly watched: ReadonlyMap<string, number>;
}

/**
 * Tells the publishers of a room which layers nobody watches, so that they need not encode them. Owned by the room, and
 * closed with it.
 */
export class Dynacast {
  readonly #watched = new WatchedLayers();
  readonly #publishers = new Map<string, Session>();
  /** Those that may want something else than before. */
  readonly #changed = new Set<Watcher>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** Sound is always sent: it costs little, and who listens changes often. */
  published(publisher: Session, { producer }: PublishedTrack): void {
    if (producer.kind !== 'video') return;
    this.#publishers.set(producer.id, publisher);
    this.#watched.add(producer.id, layersOf(producer), performance.now());
    const mute = (muted: boolean) => {
      this.#watched.mute(producer.id, muted, performance.now());
      this.#schedule();
    };
    mute(producer.paused);
    producer.observer.on('pause', () => mute(true));
    producer.observer.on('resume', () => mute(false));
  }

  unpublished(trackId: string): void {
    this.#watched.remove(trackId);
    this.#publishers.delete(trackId);
  }

  /** Somebody may want other tracks, or others of their layers. */
  changed(watcher: Watcher): void {
    this.#changed.add(watcher);
    this.#schedule();
  }

  left(watcher: Watcher): void {
    this.#changed.delete(watcher);
    this.#watch(watcher, new Map());
    this.#schedule();
  }

  /** What a publisher was told may have been lost. */
  repeat(publisher: Session): void {
    const trackIds = [...this.#publishers].flatMap(([id, session]) => (session === publisher ? id : []));
    for (const { trackId, layers } of this.#watched.told(trackIds)) publisher.tellWatched(trackId, layers);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #watch(watcher: Watcher, wanted: ReadonlyMap<string, number>): void {
    this.#watched.watch(watcher, wanted, performance.now());
  }

  /** What changes in one go is looked at in one go. */
  #schedule(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    const next = this.#changed.size > 0 ? 0 : this.#watched.next;
    if (next === undefined) return;
    this.#timer = setTimeout(() => this.#look(), Math.max(0, next - performance.now()));
  }

  #look(): void {
    for (const watcher of this.#changed) this.#watch(watcher, watcher.watched);
    this.#changed.clear();
    for (const { trackId, layers } of this.#watched.due(performance.now())) {
      this.#publishers.get(trackId)?.tellWatched(trackId, layers);
    }
    this.#schedule();
  }
}
