import type { CheckName, CheckResult, Outcome } from '@parley/client/connection-test';
import { useEffect, useState } from 'react';
import { Icon, type IconName } from '../ui/icon.tsx';
import type { ResultAdvice } from './advice.ts';
import css from './check-line.module.css';
import { foundText } from './found-text.ts';
import type { TestTexts } from './texts.ts';

export interface CheckLineProps {
  name: CheckName;
  result: CheckResult | undefined;
  advice: ResultAdvice | undefined;
  running: boolean;
  texts: TestTexts;
  /** Of the language. */
  tag: string;
  /** Goes on without it; only where that makes sense. */
  onSkip: (() => void) | undefined;
}

const ICONS: Record<Outcome, IconName> = {
  passed: 'check',
  warning: 'warning',
  failed: 'close',
  skipped: 'minus',
};

/** One check: what it is about, what came of it, and what to do. */
export function CheckLine({ name, result, advice, running, texts, tag, onSkip }: CheckLineProps) {
  const state = running ? 'running' : (result?.outcome ?? 'waiting');
  const found = result && foundText(result, texts, tag);
  return (
    <li className={css.line} data-testid="check" data-check={name} data-state={state}>
      <span className={`${css.mark} ${css[state]}`}>
        {result && !running && <Icon name={ICONS[result.outcome]} size={16} />}
      </span>
      <div className={css.body}>
        <div className={css.head}>
          <h2 className={css.title}>{texts.checks[name]}</h2>
          <span className={`${css.state} ${css[`${state}Text`] ?? ''}`}>
            {texts.outcome[state]}
            {running && <Elapsed texts={texts} tag={tag} />}
          </span>
        </div>
        {found && <p className={css.found}>{found}</p>}
        {advice && (
          <>
            {advice.what && <p className={css.what}>{advice.what}</p>}
            {(advice.user ?? advice.addresses ?? advice.code) && (
              <dl className={css.advice}>
                {advice.user && (
                  <>
                    <dt>{texts.forYou}</dt>
                    <dd>{advice.user}</dd>
                  </>
                )}
                {advice.admin && (
                  <>
                    <dt>{texts.forAdmin}</dt>
                    <dd>{advice.admin}</dd>
                  </>
                )}
                {advice.addresses && (
                  <>
                    <dt>{texts.serverAddresses}</dt>
                    <dd className={css.code}>{advice.addresses.join(', ')}</dd>
                  </>
                )}
                {advice.code && (
                  <>
                    <dt>{texts.code}</dt>
                    <dd className={css.code}>{advice.code}</dd>
                  </>
                )}
              </dl>
            )}
          </>
        )}
        {running && onSkip && (
          <button type="button" className={css.skip} onClick={onSkip} data-testid="test-skip">
            {texts.skip}
          </button>
        )}
      </div>
    </li>
  );
}

/** Seconds since it was first shown. */
function Elapsed({ texts, tag }: { texts: TestTexts; tag: string }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const begun = performance.now();
    const timer = setInterval(() => setSeconds((performance.now() - begun) / 1000), 250);
    return () => clearInterval(timer);
  }, []);
  const value = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 }).format(Math.floor(seconds));
  return seconds < 1 ? null : <span className={css.elapsed}> · {texts.seconds(value)}</span>;
}
