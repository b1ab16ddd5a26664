import { CHECKS, type Check } from './checks.ts';

/** What came of one check. */
export type Verdict =
  | { outcome: 'passed' }
  /** @property message what the client sent, shortened, where a message broke it */
  | { outcome: 'failed'; why: string; message?: string }
  | { outcome: 'not-applicable'; why: string };

/** Longest part of a message that is shown. */
const SHOWN = 300;

/** What came of each check so far. A failure stays. */
export class Verdicts {
  readonly #verdicts = new Map<Check, Verdict>();

  pass(check: Check): void {
    if (this.#verdicts.get(check)?.outcome !== 'failed') this.#verdicts.set(check, { outcome: 'passed' });
  }

  /** @param message the client's, if one broke it */
  fail(check: Check, why: string, message?: string): void {
    if (this.#verdicts.get(check)?.outcome === 'failed') return;
    const shown = message === undefined ? {} : { message: message.slice(0, SHOWN) };
    this.#verdicts.set(check, { outcome: 'failed', why, ...shown });
  }

  /** Where nothing else is known of it. */
  skip(check: Check, why: string): void {
    if (!this.#verdicts.has(check)) this.#verdicts.set(check, { outcome: 'not-applicable', why });
  }

  /** Whether any check has failed. */
  get failed(): boolean {
    return [...this.#verdicts.values()].some(({ outcome }) => outcome === 'failed');
  }

  has(check: Check): boolean {
    return this.#verdicts.has(check);
  }

  /** Every check, in order; what was never looked at is not applicable. */
  all(): { check: Check; verdict: Verdict }[] {
    return (Object.keys(CHECKS) as Check[]).map((check) => ({
      check,
      verdict: this.#verdicts.get(check) ?? { outcome: 'not-applicable', why: 'the run did not get there' },
    }));
  }
}
