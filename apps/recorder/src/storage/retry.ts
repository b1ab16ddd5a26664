import { setTimeout as sleep } from 'node:timers/promises';
import { type BackoffPolicy, backoffDelay } from '@parley/service/backoff';

/** Tries again, ever more slowly, until it works or `signal` aborts. What `isFinal` says of an error ends it too. */
export async function persist<T>(
  attempt: () => Promise<T>,
  options: {
    policy: BackoffPolicy;
    signal: AbortSignal;
    /** Hears of each failure. */
    onError(error: unknown): void;
    isFinal?(error: unknown): boolean;
  },
): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    try {
      options.signal.throwIfAborted();
      return await attempt();
    } catch (error) {
      if (options.signal.aborted || options.isFinal?.(error) === true) throw error;
      options.onError(error);
      const delay = backoffDelay(options.policy, failures, Math.random());
      await sleep(delay, undefined, { signal: options.signal });
    }
  }
}
