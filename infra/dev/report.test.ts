import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { summarize } from './report.ts';

describe('the summary of test reports', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'parley-report-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, report: object) =>
    writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(report));

  it('adds up what passed and failed, and tells each failure with its reason', () => {
    write('unit', {
      numPassedTests: 2,
      numFailedTests: 1,
      testResults: [
        {
          name: '/repo/packages/a.test.ts',
          status: 'failed',
          message: '',
          assertionResults: [
            { fullName: 'a holds', status: 'passed', failureMessages: [] },
            { fullName: 'b holds', status: 'failed', failureMessages: ['Error: 1 is not 2\n at b'] },
          ],
        },
        {
          name: '/repo/packages/c.test.ts',
          status: 'failed',
          message: 'Cannot find module',
          assertionResults: [],
        },
      ],
    });
    write('e2e', { numPassedTests: 3, numFailedTests: 0, testResults: [] });
    expect(summarize(folder, ['unit', 'e2e', 'waiting'], '/repo')).toEqual({
      passed: 5,
      failed: 1,
      failures: [
        'FAILED packages/a.test.ts > b holds\n  Error: 1 is not 2\n   at b',
        'FAILED packages/c.test.ts\n  Cannot find module',
      ],
    });
  });

  it('says no more of a failure than a screen holds', () => {
    write('unit', {
      numPassedTests: 0,
      numFailedTests: 1,
      testResults: [
        {
          name: '/repo/a.test.ts',
          status: 'failed',
          message: '',
          assertionResults: [{ fullName: 'a', status: 'failed', failureMessages: ['x'.repeat(100_000)] }],
        },
      ],
    });
    expect(summarize(folder, ['unit'], '/repo').failures[0]?.length).toBeLessThan(4000);
  });
});
