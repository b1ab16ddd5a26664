/** How much may come: `rate` a second in the long run, `burst` at once. */
export interface Allowance {
  rate: number;
  burst: number;
}

/** Messages of one client to the Room. Trickled candidates and a joining client's first offers come in a burst. */
export const CLIENT_MESSAGES: Allowance = { rate: 20, burst: 100 };
/** UTF-16 units of those messages. In a room of a hundred an answer has 150,000, and each who comes calls for another. */
export const CLIENT_VOLUME: Allowance = { rate: 256 * 1024, burst: 4 * 1024 * 1024 };
/** Chat texts of one participant. */
export const CHAT_TEXTS: Allowance = { rate: 2, burst: 20 };
/** Requests of one client to its session: each costs a look at an SDP and some calls to the worker. */
export const SESSION_REQUESTS: Allowance = { rate: 20, burst: 100 };
/** Data messages of one participant: pointers and cursors come 60 times a second. */
export const DATA_MESSAGES: Allowance = { rate: 100, burst: 200 };
/** Bytes of their frames. */
export const DATA_VOLUME: Allowance = { rate: 128 * 1024, burst: 1024 * 1024 };
/**
 * What a node passes on of a room's data messages, one for each who receives it: sending one takes a worker some 30 µs, and
 * 14 µs a KiB, which all its rooms have to share.
 */
export const ROOM_DATA_MESSAGES: Allowance = { rate: 20_000, burst: 40_000 };
/** Bytes of their frames. */
export const ROOM_DATA_VOLUME: Allowance = { rate: 16 * 1024 * 1024, burst: 64 * 1024 * 1024 };
/**
 * UTF-16 units of one client's answers to a node's offers, which the node paces: others who come and go must not use up
 * what the client may say. Half of {@link CLIENT_VOLUME} stays its own.
 */
export const ANSWER_VOLUME: Allowance = { rate: 128 * 1024, burst: 2 * 1024 * 1024 };
/** What an answer counts at the least: short ones are requests as well. */
export const SHORTEST_ANSWER = 16 * 1024;
/** Refused messages after which a client is cut off: no honest one goes on and on. */
export const MAX_REFUSALS = 200;

/** How full a {@link TokenBucket} is, and when it was: enough to make it again. */
export interface BucketLevel {
  tokens: number;
  /** Milliseconds. */
  at: number;
}

/** A token bucket: lets through what an {@link Allowance} allows. */
export class TokenBucket {
  readonly #allowance: Allowance;
  #tokens: number;
  #at: number;

  /**
   * @param now milliseconds
   * @param level that of an older bucket which this one continues; full when absent
   */
  constructor(allowance: Allowance, now: number, level: BucketLevel = { tokens: allowance.burst, at: now }) {
    this.#allowance = allowance;
    this.#tokens = level.tokens;
    this.#at = level.at;
  }

  /** Takes `cost` tokens; false, and takes none, when there are too few. */
  take(now: number, cost = 1): boolean {
    this.#fill(now);
    if (cost > this.#tokens) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Whole milliseconds until there are `cost` tokens; infinite when there never are that many. */
  wait(now: number, cost = 1): number {
    this.#fill(now);
    const { rate, burst } = this.#allowance;
    if (cost > burst) return Number.POSITIVE_INFINITY;
    return Math.max(0, Math.ceil(((cost - this.#tokens) / rate) * 1000));
  }

  /** How full it is now. */
  level(now: number): BucketLevel {
    this.#fill(now);
    return { tokens: this.#tokens, at: this.#at };
  }

  #fill(now: number): void {
    const { rate, burst } = this.#allowance;
    const passed = Math.max(0, now - this.#at) / 1000;
    this.#tokens = Math.min(burst, this.#tokens + passed * rate);
    // The wall clock may be set back.
    this.#at = Math.max(this.#at, now);
  }
}
