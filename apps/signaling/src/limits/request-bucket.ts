import { type BucketLevel, TokenBucket } from '@parley/protocol/token-bucket';

const KEY = 'requests';
/** An idle object may be forgotten after this, milliseconds: what comes back meanwhile needs not be remembered. */
const REMEMBERED = 10_000;
/** What comes back in this time is stored as taken already, milliseconds. */
const AHEAD = 2_000;
const MINUTE = 60_000;

/**
 * How many requests an address may make: a minute's worth at once, and as many a minute in the long run. Whoever stays well
 * below costs no write: only a bucket that would not be full again when the object has been forgotten is stored. Some more than
 * was taken is stored as taken, and the next write is due when that is used up: so an object that was forgotten gives a little
 * less than one that was not, never more.
 */
export class RequestBucket {
  readonly #storage: DurableObjectStorage;
  #bucket: TokenBucket | undefined;
  #perMinute = 0;
  #stored: BucketLevel | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#stored = storage.kv.get<BucketLevel>(KEY);
  }

  /** Takes one request; milliseconds until there is one to take when there is none, else 0. */
  take(now: number, perMinute: number): number {
    const bucket = this.#bucketOf(now, perMinute);
    if (!bucket.take(now)) return bucket.wait(now);
    this.#remember(bucket.level(now), perMinute);
    return 0;
  }

  /** Whether something is stored, for a minute after the last write at the most: by then it is full again. */
  isStored(now: number): boolean {
    if (this.#stored !== undefined && now >= this.#stored.at + MINUTE) {
      this.#storage.kv.delete(KEY);
      this.#stored = undefined;
    }
    return this.#stored !== undefined;
  }

  #remember({ tokens, at }: BucketLevel, perMinute: number): void {
    const comeBackIn = (milliseconds: number) => (milliseconds * perMinute) / MINUTE;
    if (perMinute - tokens <= comeBackIn(REMEMBERED)) return;
    const stored = this.#stored;
    if (stored !== undefined && stored.tokens + comeBackIn(at - stored.at) <= tokens) return;
    this.#stored = { tokens: tokens - comeBackIn(AHEAD), at };
    this.#storage.kv.put(KEY, this.#stored);
  }

  #bucketOf(now: number, perMinute: number): TokenBucket {
    if (this.#bucket === undefined || this.#perMinute !== perMinute) {
      const allowance = { rate: perMinute / 60, burst: perMinute };
      this.#bucket = new TokenBucket(allowance, now, this.#stored);
      this.#perMinute = perMinute;
    }
    return this.#bucket;
  }
}
