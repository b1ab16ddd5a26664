import type { MediaRoom } from '../rooms/media-room.ts';
import { RoomHistory } from './room-history.ts';

/** How often a room is sampled where there is time for it, ms. */
export const SAMPLE_MS = 10_000;
/**
 * Questions to the workers a second, of all rooms: some 0.1 ms of CPU each, here and there together. A thousand rooms of two
 * are sampled every minute and a half.
 */
const QUESTIONS_A_SECOND = 100;
const TICK_MS = 1000;

/** What is sampled of a room, and where that is kept. */
export type SampledRoom = Pick<MediaRoom, 'sessions' | 'history'>;

export interface HistorySamplerOptions {
  /** The same objects each time. */
  rooms(): readonly SampledRoom[];
  /** What went wrong with a sample; others go on. */
  onError(error: unknown): void;
}

/** Samples the rooms of a node in turn, whoever has waited longest first, and never asks more than the workers can bear. */
export class HistorySampler {
  readonly #options: HistorySamplerOptions;
  readonly #sampled = new WeakMap<SampledRoom, number>();
  readonly #timer: NodeJS.Timeout;
  /** What may be asked now; below 0 after a room that took more. */
  #credit = 0;
  #busy = false;

  constructor(options: HistorySamplerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.tick(), TICK_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Samples the rooms whose turn it is. */
  async tick(now = Date.now()): Promise<void> {
    this.#credit = Math.min(QUESTIONS_A_SECOND, this.#credit + QUESTIONS_A_SECOND);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (const room of this.#due(now)) {
        if (this.#credit <= 0) return;
        this.#sampled.set(room, now);
        const sessions = [...room.sessions.values()];
        this.#credit -= RoomHistory.costOf(sessions);
        await room.history.sample(sessions, now);
      }
    } catch (error) {
      this.#options.onError(error);
    } finally {
      this.#busy = false;
    }
  }

  #due(now: number): SampledRoom[] {
    const since = (room: SampledRoom) => this.#sampled.get(room) ?? 0;
    return this.#options
      .rooms()
      .filter((room) => room.sessions.size > 0 && now - since(room) >= SAMPLE_MS)
      .sort((a, b) => since(a) - since(b));
  }
}
