import type { Check, Outcomes } from './check.ts';
import type { CheckName, ResultOf } from './result.ts';
import type { TestContext } from './test-context.ts';

/** What a check is aborted with when the person goes on without it. */
export const SKIPPED = Symbol('skipped');

/**
 * Runs a check, or says why not.
 *
 * @throws whatever the context's signal was aborted with, but for {@link SKIPPED}
 */
export async function runCheck<C extends CheckName>(
  check: Check<C>,
  context: TestContext,
  earlier: Outcomes,
): Promise<ResultOf<C>> {
  const begun = performance.now();
  const head = () => ({ check: check.name, milliseconds: Math.round(performance.now() - begun) });
  const { needs } = check;
  const needed = needs === undefined ? 'passed' : earlier.get(needs);
  if (needs !== undefined && (needed === 'failed' || needed === 'skipped')) {
    return { ...head(), outcome: 'skipped', reason: 'needs', after: needs };
  }
  const reason = check.skip?.(context);
  if (reason !== undefined) return { ...head(), outcome: 'skipped', reason };
  try {
    const found = await check.find(context);
    return { ...head(), ...check.judge(found, earlier), found };
  } catch (error) {
    const { signal } = context;
    if (signal.reason === SKIPPED) return { ...head(), outcome: 'skipped', reason: 'not-wanted' };
    signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return { ...head(), outcome: 'failed', reason: 'unexpected', message };
  }
}
