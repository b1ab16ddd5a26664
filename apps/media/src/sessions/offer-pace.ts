import { RECEIVE_OFFERS, SHORTEST_OFFER, TokenBucket } from '@parley/protocol/token-bucket';

/**
 * How often a client is offered something new: so often that it may answer each time, whatever others in the room do.
 * Times are in milliseconds, of any clock that only goes forward.
 */
export class OfferPace {
  readonly #allowance: TokenBucket;
  /** Of the last offer, UTF-16 units; it stands for the next, whose length is known only when it is made. */
  #length = 0;

  constructor(now: number) {
    this.#allowance = new TokenBucket(RECEIVE_OFFERS, now);
  }

  /** Milliseconds until an offer may be made; none counts as made. */
  take(now: number): number {
    // One beyond all bounds is not waited for in vain.
    const cost = Math.min(RECEIVE_OFFERS.burst, Math.max(this.#length, SHORTEST_OFFER));
    return this.#allowance.take(now, cost) ? 0 : this.#allowance.wait(now, cost);
  }

  /** An offer was made. @param length UTF-16 units */
  offered(length: number): void {
    this.#length = length;
  }
}
