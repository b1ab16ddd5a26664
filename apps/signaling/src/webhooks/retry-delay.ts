/** First and longest pause between attempts to deliver, ms. */
const FIRST_MS = 1_000;
const MOST_MS = 5 * 60_000;

/**
 * How long to wait after a failed attempt: twice as long each time, and up to half of it less by chance, so that the
 * rooms of a server do not come back to a receiver all at once.
 *
 * @param attempts that have failed, from 1
 * @param chance 0–1
 */
export function retryDelay(attempts: number, chance: number): number {
  const most = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.round(most * (1 - chance / 2));
}
