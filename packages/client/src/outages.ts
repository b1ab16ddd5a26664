/** What can be lost by itself: the way to the room, or sound and picture. */
export type Plane = 'signaling' | 'media';

/** What is lost at the moment and being recovered; tells each change once. */
export class Outages {
  readonly #lost = new Set<Plane>();
  readonly #tell: (event: 'reconnecting' | 'reconnected', plane: Plane) => void;

  constructor(tell: (event: 'reconnecting' | 'reconnected', plane: Plane) => void) {
    this.#tell = tell;
  }

  get any(): boolean {
    return this.#lost.size > 0;
  }

  has(plane: Plane): boolean {
    return this.#lost.has(plane);
  }

  set(plane: Plane, lost: boolean): void {
    if (this.#lost.has(plane) === lost) return;
    if (lost) this.#lost.add(plane);
    else this.#lost.delete(plane);
    this.#tell(lost ? 'reconnecting' : 'reconnected', plane);
  }
}
