import { type BucketLevel, TokenBucket } from '@parley/protocol/token-bucket';

const KEY = 'requests';
/** An idle object may be forgotten after this, milliseconds: what comes back meanwhile needs not be remembered. */
const REMEMBERED = 10_000;
/** Least time between writes, milliseconds. */
const WRITE_EVERY = 1_000;
const MINUTE = 60_000;

/**
 * How many requests an address may make: a minute's worth at once, and as many a minute in the long run. Whoever stays well
 * below costs no write: only a bucket that would not be full again when the object has been forgotten is stored.
 */
export class RequestBucket {
  readonly #storage: DurableObjectStorage;
  #bucket: TokenBucket | undefined;
  #perMinute = 0;
  #writtenAt = 0;
  #stored: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#stored = storage.kv.get(KEY) !== undefined;
  }

  /** Takes one request; milliseconds until there is one to take when there is none, else 0. */
  take(now: number, perMinute: number): number {
    const bucket = this.#bucketOf(now, perMinute);
    if (!bucket.take(now)) return bucket.wait(now);
    const missing = perMinute - bucket.level(now).tokens;
    if (missing > (perMinute * REMEMBERED) / MINUTE && now >= this.#writtenAt + WRITE_EVERY) {
      this.#storage.kv.put(KEY, bucket.level(now));
      this.#writtenAt = now;
      this.#stored = true;
    }
    return 0;
  }

  /** Whether something is stored, for a minute after the last request at the most. */
  isStored(now: number): boolean {
    const level = this.#stored ? this.#storage.kv.get<BucketLevel>(KEY) : undefined;
    if (level !== undefined && now >= level.at + MINUTE) {
      this.#storage.kv.delete(KEY);
      this.#stored = false;
    }
    return this.#stored;
  }

  #bucketOf(now: number, perMinute: number): TokenBucket {
    if (this.#bucket === undefined || this.#perMinute !== perMinute) {
      const allowance = { rate: perMinute / 60, burst: perMinute };
      this.#bucket = new TokenBucket(allowance, now, this.#storage.kv.get<BucketLevel>(KEY));
      this.#perMinute = perMinute;
    }
    return this.#bucket;
  }
}
