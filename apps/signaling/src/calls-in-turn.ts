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
}
