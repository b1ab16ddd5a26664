/** The object's one alarm: set only where it changes. */
export class RoomClock {
  readonly #storage: DurableObjectStorage;
  /** As it is set; undefined while that is not known. */
  #at: number | null | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Has the object woken at the earliest of some times, milliseconds since the epoch; never when there is none. */
  async wakeAt(times: readonly number[]): Promise<void> {
    const next = times.length === 0 ? null : Math.min(...times);
    if (this.#at === undefined) this.#at = await this.#storage.getAlarm();
    if (next === this.#at) return;
    this.#at = next;
    await (next === null ? this.#storage.deleteAlarm() : this.#storage.setAlarm(next));
  }

  /** The alarm has rung. */
  rang(): void {
    this.#at = null;
  }

  async clear(): Promise<void> {
    this.#at = null;
    await this.#storage.deleteAlarm();
  }
}
