/** Hears one kind of event. */
export type Listener<T> = (event: T) => void;

/** Typed events: `Events` maps each event's name to what its listeners get. */
export class Emitter<Events extends object> {
  #listeners: { [Name in keyof Events]?: Set<Listener<Events[Name]>> } = {};
  readonly #demands: { [Name in keyof Events]?: (wanted: boolean) => void } = {};

  /** Calls `listener` at each event of that name, until the returned function is called. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const listeners: Set<Listener<Events[Name]>> = this.#listeners[name] ?? new Set();
    this.#listeners[name] = listeners;
    const isFirst = listeners.size === 0;
    listeners.add(listener);
    if (isFirst) this.#demands[name]?.(true);
    return () => {
      if (listeners.delete(listener) && listeners.size === 0) this.#demands[name]?.(false);
    };
  }

  /** Calls `demand` when the first listener of that name comes, and when the last one has gone. */
  protected onDemand<Name extends keyof Events>(name: Name, demand: (wanted: boolean) => void): void {
    this.#demands[name] = demand;
  }

  protected emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    const listeners = this.#listeners[name];
    // A copy: listeners come while others are called. Those that have gone meanwhile hear nothing any more.
    for (const listener of [...(listeners ?? [])]) {
      if (!listeners?.has(listener)) continue;
      try {
        listener(event);
      } catch (error) {
        // A fault in the page must show in its console and must not stop the call.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  protected removeAllListeners(): void {
    const all = this.#listeners;
    this.#listeners = {};
    for (const name in all) {
      if (all[name]?.size) this.#demands[name]?.(false);
      all[name]?.clear();
    }
  }
}
