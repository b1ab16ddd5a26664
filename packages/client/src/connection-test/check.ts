import type { CheckName, Findings, Outcome, Reasons, SkipReason, Verdict } from './result.ts';
import type { TestContext } from './test-context.ts';

/** What earlier checks came to. */
export type Outcomes = ReadonlyMap<CheckName, Outcome>;

/** One check: an effect that finds something out, and a rule that says what it means. */
export interface Check<C extends CheckName> {
  readonly name: C;
  /** What must not have failed or been left out for this one to make sense. */
  readonly needs?: CheckName;
  /** Why there is nothing to check, if so. */
  skip?(context: TestContext): SkipReason | undefined;
  /**
   * Finds out. Bounded in time by itself.
   *
   * @throws whatever `context.signal` was aborted with
   */
  find(context: TestContext): Promise<Findings[C]>;
  judge(found: Findings[C], earlier: Outcomes): Verdict<Reasons[C]>;
}
