import type { CheckName, CheckResult, Outcome } from './result.ts';

/** Without which there is no call. Of the ways for media one is enough, which publishing shows. */
const ESSENTIAL: ReadonlySet<CheckName> = new Set(['browser', 'signaling', 'publish', 'subscribe']);

/** What the results come to together: calls work, work with something amiss, or do not work. */
export function overall(results: readonly CheckResult[]): Exclude<Outcome, 'skipped'> {
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  if (failed.some(({ check }) => ESSENTIAL.has(check))) return 'failed';
  return failed.length > 0 || results.some(({ outcome }) => outcome === 'warning') ? 'warning' : 'passed';
}
