import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What vitest's JSON reporter writes, as far as it is used here. */
interface JsonReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Why the file as a whole failed; empty where single tests did. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** What the reports of several vitest runs come to. */
export interface Summary {
  passed: number;
  failed: number;
  /** A text for each failed test: where it is, and why it failed. */
  readonly failures: string[];
}

/** As much of a failure's text as tells why; the run's output has it whole. */
const REASON_CHARACTERS = 3000;

/**
 * Adds up vitest's JSON reports. The failures are told again because a long run's output is often kept by its end alone.
 *
 * @param folder where `<name>.json` are; one that is not there did not get as far as a report, and counts nothing
 * @param root what the paths of files are shown relative to
 */
export function summarize(folder: string, names: readonly string[], root: string): Summary {
  const summary: Summary = { passed: 0, failed: 0, failures: [] };
  for (const name of names) {
    const report = readReport(path.join(folder, `${name}.json`));
    if (!report) continue;
    summary.passed += report.numPassedTests;
    summary.failed += report.numFailedTests;
    for (const file of report.testResults) {
      const where = path.relative(root, file.name);
      const failed = file.assertionResults.filter((result) => result.status === 'failed');
      for (const { fullName, failureMessages } of failed) {
        summary.failures.push(failure(`${where} > ${fullName}`, failureMessages.join('\n')));
      }
      if (file.status === 'failed' && failed.length === 0) {
        summary.failures.push(failure(where, file.message));
      }
    }
  }
  return summary;
}

function failure(what: string, why: string): string {
  return `FAILED ${what}\n${why.slice(0, REASON_CHARACTERS).replace(/^/gm, '  ')}`;
}

function readReport(file: string): JsonReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JsonReport;
  } catch {
    return undefined;
  }
}
