import type { ActiveSpeakers } from '@parley/protocol/server-messages';
import type { RoomSpeakers, RoomSpeech } from './room-speakers.ts';

type Told = Pick<ActiveSpeakers, 'speakers' | 'dominant'>;

/** Milliseconds between two events over a carrier of the client's own, and over the Room, which each of them wakes. */
export const TELL_MS = { own: 500, room: 1000 } as const;

/** How a client is told who speaks. */
export interface TellerOptions {
  readonly speakers: Pick<RoomSpeakers, 'speech' | 'watch'>;
  tell(told: Told): void;
  /** The least time between two events now, ms. */
  interval(): number;
}

/** Tells one client who speaks while it wants to know: what is new, and not more often than it may be. */
export class SpeakerTeller {
  readonly #options: TellerOptions;
  #unwatch: (() => void) | undefined;
  #told = NOBODY;
  #toldAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TellerOptions) {
    this.#options = options;
  }

  /** Whether the client wants to know from now on. */
  want(wanted: boolean): void {
    if (wanted === (this.#unwatch !== undefined)) return;
    if (!wanted) return this.close();
    const { speakers } = this.#options;
    this.#unwatch = speakers.watch(() => this.#changed());
    this.#changed();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#told = NOBODY;
  }

  #changed(): void {
    if (this.#timer !== undefined) return;
    const wait = this.#toldAt + this.#options.interval() - performance.now();
    if (wait <= 0) return this.#tell();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, wait);
  }

  #tell(): void {
    const { speakers, tell } = this.#options;
    const now = toldOf(speakers.speech);
    if (JSON.stringify(now) === JSON.stringify(this.#told)) return;
    this.#told = now;
    this.#toldAt = performance.now();
    tell(now);
  }
}

const NOBODY: Told = { speakers: [] };

function toldOf({ active, dominant }: RoomSpeech): Told {
  return { speakers: [...active], ...(dominant !== undefined && { dominant }) };
}
