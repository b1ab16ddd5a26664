import type { CheckResult } from '@parley/client/connection-test';
import type { Advice, TestTexts } from './texts.ts';

/** What a result that did not pass means, and what to do. */
export interface ResultAdvice extends Partial<Advice> {
  /** A code to ask or to look for. */
  readonly code?: string;
  /** Where the server is to be reached, for firewalls. */
  readonly addresses?: readonly string[];
}

export function adviceFor(result: CheckResult, texts: TestTexts): ResultAdvice | undefined {
  switch (result.outcome) {
    case 'passed':
      return undefined;
    case 'skipped': {
      const { reason, after } = result;
      const what =
        reason === 'needs'
          ? texts.needs(after === undefined ? '' : texts.checks[after])
          : texts.skipped[reason];
      return { what };
    }
    case 'warning':
    case 'failed': {
      if (result.reason === 'unexpected') return { ...texts.unexpected, code: result.message };
      const known: Readonly<Record<string, Advice>> = { ...texts.calls, ...texts.advice[result.check] };
      const { found } = result;
      const code = 'problem' in found ? found.problem : undefined;
      // A call that was refused says nothing of where it would have led.
      const addresses = 'to' in found && code === undefined ? found.to : [];
      return {
        ...known[result.reason],
        ...(code !== undefined && { code }),
        ...(addresses.length > 0 && { addresses }),
      };
    }
    default:
      return result satisfies never;
  }
}

/**
 * The advice for each result, in their order; what was said before is not said again: one missing node fails many lines.
 */
export function adviceForAll(
  results: Iterable<CheckResult>,
  texts: TestTexts,
): ReadonlyMap<CheckResult['check'], ResultAdvice> {
  const said = new Set<string>();
  const all = new Map<CheckResult['check'], ResultAdvice>();
  for (const result of results) {
    const advice = adviceFor(result, texts);
    if (advice === undefined) continue;
    const { what, user, addresses } = advice;
    const isNew = user !== undefined && !said.has(user);
    if (user !== undefined) said.add(user);
    const rest = { ...(what !== undefined && { what }), ...(addresses && { addresses }) };
    all.set(result.check, isNew ? advice : rest);
  }
  return all;
}
