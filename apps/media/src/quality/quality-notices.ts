import type { TrackDecision } from './policy.ts';

/** What a subscriber is told of a track, in words of `quality-changed`. */
export type QualityNotice = Pick<TrackDecision, 'requested' | 'applied' | 'limitedBy' | 'paused'> & {
  trackId: string;
};

/** A track is told of no more often than this for the link's sake, ms. */
const APART_MS = 2000;

/**
 * What a subscriber has been told of its tracks' quality. Answers to its own wishes are told always; beside them what limits a track
 * that passes by itself (the server's load, the link, the size of the room), when it begins, is another, or is over.
 */
export class QualityNotices {
  readonly #tell: (notice: QualityNotice) => void;
  readonly #told = new Map<string, { limit: string | undefined; at: number }>();
  /** Tracks of which something is to be told that came too soon. */
  readonly #waiting = new Set<string>();

  constructor(tell: (notice: QualityNotice) => void) {
    this.#tell = tell;
  }

  /** Whether there is something to tell that came too soon. */
  get waits(): boolean {
    return this.#waiting.size > 0;
  }

  /** Answers a wish for a track. @param now ms */
  answer(trackId: string, { requested, applied, limitedBy, paused }: TrackDecision, now: number): void {
    const limit = limitOn({ applied, limitedBy, paused });
    this.#told.set(trackId, { limit, at: now });
    this.#waiting.delete(trackId);
    this.#tell({ trackId, requested, applied, ...(limitedBy && { limitedBy }), ...(paused && { paused }) });
  }

  /** Tells of a track when there is something new. What the link does may have to wait: ask again. @param now ms */
  changed(trackId: string, decision: TrackDecision, now: number): void {
    // What the subscriber does not show is no news to it.
    if (decision.hidden) return void this.#waiting.delete(trackId);
    const last = this.#told.get(trackId);
    const limit = limitOn(decision);
    if (limit === last?.limit) return void this.#waiting.delete(trackId);
    const byLink = decision.limitedBy === 'bandwidth' || last?.limit?.startsWith('bandwidth');
    if (byLink && last !== undefined && now - last.at < APART_MS) return void this.#waiting.add(trackId);
    this.answer(trackId, decision, now);
  }

  /** A track is gone. */
  forget(trackId: string): void {
    this.#told.delete(trackId);
    this.#waiting.delete(trackId);
  }
}

/** What limits a track and passes by itself; undefined when nothing does. */
function limitOn({ limitedBy, applied, paused }: Pick<TrackDecision, 'limitedBy' | 'applied' | 'paused'>) {
  if (limitedBy !== 'server-load' && limitedBy !== 'bandwidth' && limitedBy !== 'room-size') return undefined;
  return paused ? `${limitedBy} paused` : `${limitedBy} ${applied}`;
}
