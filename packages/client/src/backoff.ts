/**
 * Decides when to try again: milliseconds until the next attempt, or undefined to give up. To give up the room's socket ends
 * the call; to give up a media node's has the room carry its messages. A pause ends early when the browser finds a network.
 *
 * @param attempt attempts that failed since the connection was lost, from 0
 * @param tryingFor milliseconds since it was lost, without those that the machine slept
 */
export type RetryPolicy = (attempt: number, tryingFor: number) => number | undefined;

/** Milliseconds: the shortest pause, the longest first one, the longest of all, and when to give up. */
export const RETRY = { least: 250, first: 1_000, most: 10_000, giveUp: 90_000 } as const;

/**
 * Pauses at random between the shortest one and a bound that doubles: thousands of clients that a deploy drops at
 * once come back spread out ("full jitter").
 */
export function fullJitter(random: () => number = Math.random): RetryPolicy {
  return (attempt, tryingFor) => {
    if (tryingFor >= RETRY.giveUp) return undefined;
    const bound = Math.min(RETRY.most, RETRY.first * 2 ** attempt);
    return RETRY.least + random() * (bound - RETRY.least);
  };
}

/** The longest that a timer waits, ms: of more it makes nothing. */
const LONGEST = 2 ** 31 - 1;

/** A policy of the application's: where it throws, or returns no pause, that shows in the console and the usual one decides. */
export function guarded(policy: RetryPolicy): RetryPolicy {
  const usual = fullJitter();
  return (attempt, tryingFor) => {
    try {
      const pause = policy(attempt, tryingFor);
      if (pause === undefined) return undefined;
      if (typeof pause === 'number' && pause >= 0) return Math.min(pause, LONGEST);
      throw new RangeError(
        `options.retry returned ${pause}. It returns milliseconds, 0 or more, or undefined to give up.`,
      );
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
      return usual(attempt, tryingFor);
    }
  };
}
