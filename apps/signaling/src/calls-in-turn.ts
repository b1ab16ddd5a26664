/** Calls to other objects that nobody waits for: one after another, so that none overtakes another. */
export class CallsInTurn {
  readonly #ctx: Pick<DurableObjectState, 'waitUntil'>;
  readonly #onError: (error: unknown) => void;
  #latest: Promise<void> = Promise.resolve();

  /** @param onError told of a call that failed; the next is made all the same */
  constructor(ctx: Pick<DurableObjectState, 'waitUntil'>, onError: (error: unknown) => void) {
    this.#ctx = ctx;
    this.#onError = onError;
  }

  add(call: () => Promise<void>): void {
    this.#latest = this.#latest.then(call).catch(this.#onError);
    this.#ctx.waitUntil(this.#latest);
  }

  /** Resolves when no call is left, also those that are added meanwhile. */
  async done(): Promise<void> {
    let latest: Promise<void>;
    do {
      latest = this.#latest;
      await latest;
    } while (latest !== this.#latest);
  }
}
