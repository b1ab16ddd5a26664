/** How long to wait between attempts: exponential, capped, with jitter. */
export interface BackoffPolicy {
  /** Ceiling of the first delay, ms. */
  firstMs: number;
  /** Ceiling of every delay, ms. */
  mostMs: number;
}

/** Sockets to the edge. A deploy drops all of them at once: the jitter spreads their return. */
export const SOCKET_BACKOFF: BackoffPolicy = { firstMs: 500, mostMs: 20_000 };

/** A socket that ends sooner than this after its welcome counts as one more attempt: the edge greets, and fails, ms. */
export const STABLE_SOCKET_MS = 10_000;

/** Enrolment that the edge refused: only an operator can change that, so ask seldom. */
export const REFUSED_BACKOFF: BackoffPolicy = { firstMs: 10_000, mostMs: 60_000 };

/**
 * The delay before attempt `attempt` (0 is the first repetition), ms: between half of the exponential ceiling and all
 * of it ("equal jitter"), so that nobody returns at once and nobody waits long without reason.
 *
 * @param random a number in [0, 1)
 */
export function backoffDelay(policy: BackoffPolicy, attempt: number, random: number): number {
  const ceiling = Math.min(policy.mostMs, policy.firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
