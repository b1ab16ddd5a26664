import { CHECKS } from '@parley/client/connection-test';
import { useEffect, useRef, useState } from 'react';
import { useLanguage } from '../i18n/language.ts';
import { Button } from '../ui/button.tsx';
import { Logo } from '../ui/logo.tsx';
import { adviceForAll } from './advice.ts';
import { CheckLine } from './check-line.tsx';
import { ReportActions } from './report-actions.tsx';
import { testLink } from './test-link.ts';
import css from './test-page.module.css';
import { type TestTexts, useTestTexts } from './texts.ts';
import { type Progress, useTest } from './use-test.ts';

/** The connection test, at `/test`. */
export function TestPage() {
  const texts = useTestTexts();
  const tag = useLanguage();
  const [link] = useState(() => testLink(location));
  const [devices, setDevices] = useState(true);
  const { progress, start, skip, stop } = useTest();
  const heading = useRef<HTMLHeadingElement>(null);
  const report = progress?.report;
  const advice = adviceForAll(progress?.results.values() ?? [], texts);
  const isRunning = progress !== undefined && report === undefined;

  useEffect(() => {
    document.title = `${texts.title} · Parley`;
  }, [texts]);
  // What came of it is the first thing to read.
  useEffect(() => {
    if (report !== undefined) heading.current?.focus();
  }, [report]);

  return (
    <div className={css.page}>
      <header className={css.header}>
        <a href="/" className={css.home} aria-label={texts.home}>
          <Logo />
        </a>
      </header>
      <main className={css.main} data-testid="connection-test" data-outcome={report?.outcome}>
        <h1 className={css.title} ref={heading} tabIndex={-1}>
          {report === undefined ? texts.title : texts.summary[report.outcome]}
        </h1>
        {report === undefined && <p className={css.intro}>{texts.intro}</p>}
        {link.room !== undefined && !isRunning && <p className={css.intro}>{texts.inRoom(link.room)}</p>}
        {!isRunning && (
          <label className={css.option}>
            <input
              type="checkbox"
              checked={devices}
              onChange={(event) => setDevices(event.target.checked)}
              data-testid="test-devices"
            />
            {texts.withDevices}
          </label>
        )}
        <div className={css.actions}>
          {isRunning ? (
            <Button onClick={stop} testId="test-stop">
              {texts.stop}
            </Button>
          ) : (
            <Button primary onClick={() => start({ ...link, devices })} testId="test-start">
              {progress === undefined ? texts.start : texts.again}
            </Button>
          )}
          {report && <ReportActions report={report} texts={texts} tag={tag} />}
        </div>
        {progress && (
          <ol className={css.checks}>
            {CHECKS.map((name) => (
              <CheckLine
                key={name}
                name={name}
                result={progress.results.get(name)}
                advice={advice.get(name)}
                running={progress.running === name && !progress.results.has(name)}
                texts={texts}
                tag={tag}
                onSkip={name === 'devices' ? skip : undefined}
              />
            ))}
          </ol>
        )}
        <p className="visually-hidden" role="status">
          {progress && announcement(progress, texts)}
        </p>
      </main>
    </div>
  );
}

/** What screen readers say: each result as it comes. */
function announcement({ results, report }: Progress, texts: TestTexts): string {
  if (report !== undefined) return texts.summary[report.outcome];
  const last = [...results.values()].at(-1);
  return last === undefined ? '' : `${texts.checks[last.check]}: ${texts.outcome[last.outcome]}`;
}
