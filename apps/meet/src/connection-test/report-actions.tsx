import type { ConnectionReport } from '@parley/client/connection-test';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { reportText } from './report-text.ts';
import css from './test-page.module.css';
import type { TestTexts } from './texts.ts';

export interface ReportActionsProps {
  report: ConnectionReport;
  texts: TestTexts;
  /** Of the language. */
  tag: string;
}

/** Hands the report on. */
export function ReportActions({ report, texts, tag }: ReportActionsProps) {
  const [said, setSaid] = useState('');
  /** What the browser would not copy. */
  const [text, setText] = useState('');
  const copy = async (what: string) => {
    try {
      await navigator.clipboard.writeText(what);
      setText('');
      setSaid(texts.copied);
    } catch {
      setText(what);
      setSaid(texts.copyFailed);
    }
  };
  return (
    <>
      <Button onClick={() => void copy(reportText(report, texts, tag))} testId="test-copy-text">
        {texts.copyText}
      </Button>
      <Button onClick={() => void copy(JSON.stringify(report, null, 2))} testId="test-copy-json">
        {texts.copyJson}
      </Button>
      <p className={css.said} role="status">
        {said}
      </p>
      {text !== '' && (
        <textarea className={css.text} readOnly rows={8} value={text} aria-label={texts.copyFailed} />
      )}
    </>
  );
}
