/** Milliseconds between two looks. */
const PERIOD = 100;

/**
 * Waits until `look` sees something, for `timeout` milliseconds at most.
 *
 * @returns what it saw; undefined when the time is over
 * @throws whatever `signal` was aborted with
 */
export async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  timeout: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  const end = performance.now() + timeout;
  for (;;) {
    signal.throwIfAborted();
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() >= end) return undefined;
    await sleep(PERIOD, signal);
  }
}

/** Waits `ms` milliseconds. @throws whatever `signal` was aborted with */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const aborted = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', aborted);
      resolve();
    }, ms);
    signal.addEventListener('abort', aborted, { once: true });
  });
}

/** Waits for a promise, or for the signal. @throws whatever `signal` was aborted with */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return Promise.race([aborted.promise, promise]).finally(() => signal.removeEventListener('abort', abort));
}
