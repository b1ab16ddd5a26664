import type { Mute } from '@parley/protocol/client-messages';

/** Milliseconds after which a mute of a track that the room did not know is stated again: three times. */
export const RESTATE = [200, 1_000, 5_000] as const;

export interface MuteTellerOptions {
  /** Ids of one's own tracks that may be muted. */
  published(): readonly string[];
  send(message: Mute): void;
}

/** Tells the room which of one's own tracks are muted, until it knows. */
export class MuteTeller {
  readonly #options: MuteTellerOptions;
  /** What the room knows, by track id. */
  readonly #told = new Map<string, boolean>();
  /** How often that was told again since. */
  #restated = 0;
  #restating: ReturnType<typeof setTimeout> | undefined;

  constructor(options: MuteTellerOptions) {
    this.#options = options;
  }

  /** Tells whether a track is muted. Returns false, and does nothing, if the room knows. */
  tell(trackId: string, muted: boolean): boolean {
    // A track begins unmuted.
    if ((this.#told.get(trackId) ?? false) === muted) return false;
    this.#told.set(trackId, muted);
    this.#restated = 0;
    this.#options.send({ type: 'mute', trackId, muted });
    return true;
  }

  /** The room has it from somebody else. */
  known(trackId: string, muted: boolean): void {
    this.#told.set(trackId, muted);
  }

  /** What was told may have been lost: tells it again. */
  restate(): void {
    const { published, send } = this.#options;
    for (const trackId of published()) {
      const muted = this.#told.get(trackId);
      if (muted !== undefined) send({ type: 'mute', trackId, muted });
    }
  }

  /**
   * The room did not know a track that was muted: it is over, or the node told the room of it later than it answered
   * here, on a way of its own.
   */
  unknown(): void {
    const pause = RESTATE[this.#restated];
    if (pause === undefined || this.#restating !== undefined) return;
    this.#restated += 1;
    this.#restating = setTimeout(() => {
      this.#restating = undefined;
      this.restate();
    }, pause);
  }

  close(): void {
    clearTimeout(this.#restating);
  }
}
