import { CHECKS, type Check, type Level } from './checks.ts';
import type { ConformanceOptions } from './options.ts';
import type { Verdict, Verdicts } from './verdicts.ts';

/** What came of a run, as plain data. */
export interface Report {
  level: Level;
  server: string;
  /** Whether nothing failed. */
  passed: boolean;
  checks: ({ check: Check; title: string; section: string } & Verdict)[];
}

export function makeReport({ level, upstream }: ConformanceOptions, verdicts: Verdicts): Report {
  const checks = verdicts.all().map(({ check, verdict }) => ({ check, ...CHECKS[check], ...verdict }));
  return { level, server: upstream, passed: checks.every(({ outcome }) => outcome !== 'failed'), checks };
}

const MARKS = { passed: 'passed', failed: 'FAILED', 'not-applicable': 'n/a' } as const;

/** The report for people: a line a check, and for each that failed what broke it and which section says so. */
export function describe({ checks, level, passed }: Report): string {
  const width = Math.max(...checks.map(({ title }) => title.length));
  const lines = checks.flatMap((entry) => {
    const line = `${MARKS[entry.outcome].padEnd(7)} ${entry.title.padEnd(width)}`;
    switch (entry.outcome) {
      case 'passed':
        return [line.trimEnd()];
      case 'not-applicable':
        return [`${line}  ${entry.why}`];
      case 'failed':
        return [
          `${line}  see "${entry.section}"`,
          ...entry.why.split('\n').map((text) => `          ${text}`),
          ...(entry.message === undefined ? [] : [`          it sent: ${entry.message}`]),
        ];
    }
    return entry satisfies never;
  });
  const count = (outcome: Verdict['outcome']) => checks.filter((entry) => entry.outcome === outcome).length;
  const sum = `${count('passed')} passed, ${count('failed')} failed, ${count('not-applicable')} not applicable`;
  return [...lines, '', `${passed ? 'Conforms' : 'Does not conform'} at level ${level}: ${sum}.`].join('\n');
}
