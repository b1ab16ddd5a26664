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
