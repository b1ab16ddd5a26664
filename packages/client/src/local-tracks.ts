import type { Source } from '@parley/protocol/grants';

/** One of one's own sources. */
export interface LocalTrack {
  /** What is captured now: none while a camera is off. */
  readonly track: MediaStreamTrack | undefined;
  /** Whether the others are meant to see or hear it. */
  readonly enabled: boolean;
}

/** One's own sources that were used so far. Never changed, only replaced. */
export type LocalTracks = ReadonlyMap<Source, LocalTrack>;

/** Holds one's own tracks and owns them: a track that leaves it is stopped, and so are all when it closes. */
export class LocalTrackStore {
  readonly #changed: (tracks: LocalTracks) => void;
  #tracks: LocalTracks = new Map();
  #closed = false;

  constructor(changed: (tracks: LocalTracks) => void) {
    this.#changed = changed;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get all(): LocalTracks {
    return this.#tracks;
  }

  get(source: Source): LocalTrack {
    return this.#tracks.get(source) ?? { track: undefined, enabled: false };
  }

  /**
   * @param options.ended called when the browser or the system ends the track: "Stop sharing", a device pulled out
   * @param options.enabled default true
   */
  put(
    source: Source,
    track: MediaStreamTrack,
    { ended, enabled = true }: { ended?: () => void; enabled?: boolean } = {},
  ): void {
    if (this.#closed) {
      track.stop();
      return;
    }
    const previous = this.get(source).track;
    if (previous !== undefined && previous !== track) stop(previous);
    if (ended) track.onended = ended;
    if (!enabled) track.enabled = false;
    this.#set(source, { track, enabled });
  }

  setEnabled(source: Source, enabled: boolean): void {
    const { track } = this.get(source);
    if (track) track.enabled = enabled;
    this.#set(source, { track, enabled });
  }

  /** Stops capturing. */
  stop(source: Source): void {
    const { track } = this.get(source);
    if (track) stop(track);
    this.#set(source, { track: undefined, enabled: false });
  }

  close(): void {
    this.#closed = true;
    for (const { track } of this.#tracks.values()) if (track) stop(track);
    this.#tracks = new Map();
  }

  #set(source: Source, { track, enabled }: LocalTrack): void {
    if (this.#closed) return;
    const live = track?.readyState === 'live' ? track : undefined;
    this.#tracks = new Map(this.#tracks).set(source, { track: live, enabled });
    this.#changed(this.#tracks);
  }
}

function stop(track: MediaStreamTrack): void {
  track.onended = null;
  track.stop();
}
