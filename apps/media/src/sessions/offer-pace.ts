import { ANSWER_VOLUME, SHORTEST_ANSWER, TokenBucket } from '@parley/protocol/token-bucket';

/**
 * How often a client is offered something new: so often that it may answer each time, whatever others in the room do.
 * Times are in milliseconds, of any clock that only goes forward.
 */
export class OfferPace {
  readonly #allowance: TokenBucket;
  /** Of the last answer, UTF-16 units: the next will be about as long. libdatachannel's is many times its offer. */
  #length = 0;

  constructor(now: number) {
    this.#allowance = new TokenBucket(ANSWER_VOLUME, now);
  }

  /** Milliseconds until an offer may be made; none counts as made. */
  take(now: number): number {
    // One beyond all bounds is not waited for in vain.
    const cost = Math.min(ANSWER_VOLUME.burst, Math.max(this.#length, SHORTEST_ANSWER));
    return this.#allowance.take(now, cost) ? 0 : this.#allowance.wait(now, cost);
  }

  /** The client has answered. @param length UTF-16 units */
  answered(length: number): void {
    this.#length = length;
  }
}
