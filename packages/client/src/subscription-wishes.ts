import type { Subscribe } from '@parley/protocol/client-messages';
import type { Source } from '@parley/protocol/grants';

/** Milliseconds in which changes share a request: a page that scrolls changes many at once. */
const TOGETHER = 20;

/** A track of somebody else's. */
export interface OthersTrack {
  readonly trackId: string;
  readonly participantId: string;
  readonly source: Source;
}

/**
 * Which of the others' tracks one wants. What is remembered is whose and which source, not the track's id: whoever
 * publishes again, after a lost media session or a screen share, has other ids, and what was wished still holds. It is
 * forgotten when that participant leaves.
 */
export class SubscriptionWishes {
  readonly #auto: boolean;
  readonly #changed: () => void;
  /** Sources, by participant, for which the opposite of `#auto` holds. */
  readonly #except = new Map<string, Set<Source>>();
  /** Whether the server has ever been told: what it was told may have to be taken back. */
  #told = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param auto whether tracks are wanted of which nothing was said
   * @param changed the server is to be told anew
   */
  constructor(auto: boolean, changed: () => void) {
    this.#auto = auto;
    this.#changed = changed;
  }

  wants(track: OthersTrack): boolean {
    return this.#auto !== this.#isExcepted(track);
  }

  set(track: OthersTrack, wanted: boolean): void {
    if (this.wants(track) === wanted) return;
    const { participantId, source } = track;
    const sources = this.#except.get(participantId) ?? new Set();
    if (!sources.delete(source)) sources.add(source);
    this.#except.set(participantId, sources);
    this.#tell();
  }

  /** Somebody has published a track. */
  published(track: OthersTrack): void {
    if (this.#isExcepted(track)) this.#tell();
  }

  /** Somebody has left. */
  forget(participantId: string): void {
    this.#except.delete(participantId);
  }

  /**
   * All that is wanted; nothing while the server's default is all there is to say.
   *
   * @param tracks every track there is
   */
  request(tracks: readonly OthersTrack[]): Subscribe | undefined {
    const except = tracks.filter((track) => this.#isExcepted(track)).map(({ trackId }) => trackId);
    if (except.length === 0 && !this.#told) return undefined;
    this.#told = true;
    return { type: 'subscribe', default: this.#auto, except };
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #isExcepted({ participantId, source }: OthersTrack): boolean {
    return this.#except.get(participantId)?.has(source) === true;
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#changed, TOGETHER);
  }
}
