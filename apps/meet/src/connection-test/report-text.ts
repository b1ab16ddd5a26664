import type { ConnectionReport } from '@parley/client/connection-test';
import { adviceFor } from './advice.ts';
import { foundText } from './found-text.ts';
import type { TestTexts } from './texts.ts';

/** The report as text for a support ticket. No address of the person's and no token is in it. */
export function reportText(report: ConnectionReport, texts: TestTexts, tag: string): string {
  const { outcome, server, room, at, browser, results } = report;
  return [
    `${texts.title}: ${texts.summary[outcome]}`,
    [server, room, at].filter(Boolean).join('  '),
    browser,
    '',
    ...results.flatMap((result) => {
      const { what, code, addresses = [] } = adviceFor(result, texts) ?? {};
      const reason = result.outcome === 'passed' ? '' : ` (${result.reason})`;
      const detail = [foundText(result, texts, tag), what, code, ...addresses].filter(Boolean);
      return [
        `[${texts.outcome[result.outcome]}] ${texts.checks[result.check]}${reason}`,
        ...detail.map((line) => `    ${line}`),
      ];
    }),
    '',
  ].join('\n');
}
