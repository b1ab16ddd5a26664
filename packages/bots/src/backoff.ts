/** First and longest delay before a socket is opened again, ms. */
const FIRST_MS = 250;
const MOST_MS = 10_000;

/**
 * The delay before attempt `attempt` (from 0) to come back, ms: doubles up to 10 s, and is spread over its upper half so that
 * those who lost their sockets together do not return together.
 *
 * @param random a number in [0, 1)
 */
export function backoffDelay(attempt: number, random = Math.random()): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + (ceiling / 2) * random;
}
