/**
 * Calls `over` once: after `ms` milliseconds, or as soon as the browser finds a network again.
 *
 * @returns cancels it
 */
export function pause(ms: number, over: () => void): () => void {
  const cancel = () => {
    clearTimeout(timer);
    globalThis.removeEventListener?.('online', end);
  };
  const end = () => {
    cancel();
    over();
  };
  const timer = setTimeout(end, ms);
  globalThis.addEventListener?.('online', end);
  return cancel;
}
