import type { RoomSpeakers } from '../speakers/room-speakers.ts';
import { NOBODY, type Speakers } from './policy.ts';

/** Who of those that have spoken counts as having done so a moment ago. */
const RECENT = 5;

/** Who speaks, for who comes first on a link; followed only while that matters, since nothing is measured for nobody. */
export class SpeakerOrder {
  readonly #room: Pick<RoomSpeakers, 'speech' | 'watch'>;
  readonly #changed: () => void;
  #unwatch: (() => void) | undefined;
  #now = NOBODY;

  /** @param changed who comes first is another */
  constructor(room: Pick<RoomSpeakers, 'speech' | 'watch'>, changed: () => void) {
    this.#room = room;
    this.#changed = changed;
  }

  get now(): Speakers {
    return this.#now;
  }

  /** Whether it matters from now on; what was known stays. */
  follow(on: boolean): void {
    if (on === (this.#unwatch !== undefined)) return;
    this.#unwatch?.();
    this.#unwatch = on ? this.#room.watch(() => this.#hear()) : undefined;
  }

  #hear(): void {
    const { dominant, recent } = this.#room.speech;
    const latest = recent.slice(0, RECENT);
    const before = this.#now.recent;
    const same = latest.length === before.size && latest.every((id) => before.has(id));
    // Levels change many times a second.
    if (same && dominant === this.#now.dominant) return;
    this.#now = { dominant, recent: new Set(latest) };
    this.#changed();
  }
}
