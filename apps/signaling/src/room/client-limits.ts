import { CLIENT_MESSAGES, CLIENT_VOLUME, MAX_REFUSALS, TokenBucket } from '@parley/protocol/token-bucket';

/** `refuse` one message, or `cut` the connection. */
export type Verdict = 'pass' | 'refuse' | 'cut';

/**
 * How much one connection may send. Kept in memory only: an object that sleeps has nobody who sends too much.
 */
export class ClientLimits {
  readonly #messages: TokenBucket;
  readonly #volume: TokenBucket;
  #refusals = 0;

  /** @param now milliseconds */
  constructor(now: number) {
    this.#messages = new TokenBucket(CLIENT_MESSAGES, now);
    this.#volume = new TokenBucket(CLIENT_VOLUME, now);
  }

  /** Whether a frame may be looked at. */
  frame(now: number, length: number): Verdict {
    // Both are charged, so that whoever sends too much of one does not spare the other.
    const messages = this.#messages.take(now);
    const volume = this.#volume.take(now, length);
    return messages && volume ? 'pass' : this.refused();
  }

  /** A message was refused, for whatever reason. */
  refused(): Verdict {
    this.#refusals += 1;
    return this.#refusals > MAX_REFUSALS ? 'cut' : 'refuse';
  }
}
