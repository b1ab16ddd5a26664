import type { Check } from './check.ts';
import { PASSED } from './result.ts';

const TIMEOUT = 10_000;

/** Whether the server answers over HTTP, and has a media node. */
export const serverCheck: Check<'server'> = {
  name: 'server',
  async find({ url, signal }) {
    const begun = performance.now();
    const answer = await ask(url, signal);
    return { ...answer, milliseconds: performance.now() - begun };
  },
  judge({ status, health }) {
    if (status === undefined) return { outcome: 'failed', reason: 'no-answer' };
    if (status !== 200 || health === undefined) return { outcome: 'failed', reason: 'not-parley' };
    return health === 'healthy' ? PASSED : { outcome: 'warning', reason: 'degraded' };
  },
};

async function ask(url: URL, signal: AbortSignal): Promise<{ status?: number; health?: string }> {
  const address = new URL(`${url.pathname.replace(/\/+$/, '')}/health`, url);
  const giveUp = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]);
  try {
    const response = await fetch(address, { signal: giveUp, cache: 'no-store', credentials: 'omit' });
    const body: unknown = await response.json().catch(() => undefined);
    const health = typeof body === 'object' && body !== null && 'status' in body ? body.status : undefined;
    return { status: response.status, ...(typeof health === 'string' && { health }) };
  } catch {
    signal.throwIfAborted();
    return {};
  }
}
