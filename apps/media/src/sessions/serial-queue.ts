/** Runs tasks one after the other, and refuses more than it should hold. */
export class SerialQueue {
  readonly #capacity: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param capacity most tasks waiting or running at once */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Whether nothing is waiting or running. */
  get idle(): boolean {
    return this.#waiting === 0;
  }

  /**
   * Runs a task after those that came before it. A task that fails does not stop the next.
   *
   * @returns the task's result, or undefined (nothing was queued) when the queue is full
   */
  run<T>(task: () => Promise<T> | T): Promise<T> | undefined {
    if (this.#waiting >= this.#capacity) return undefined;
    this.#waiting += 1;
    const result = this.#last.then(task).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
