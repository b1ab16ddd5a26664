import type { CallError } from '@parley/client/call-error';
import type { CallEnd } from '@parley/client/call-events';
import { useEffect, useRef } from 'react';
import { Button } from '../ui/button.tsx';
import { Logo } from '../ui/logo.tsx';
import { endText } from './end-text.ts';
import css from './ended.module.css';

export interface EndedProps {
  end: CallEnd | CallError;
  /** On the way back in. */
  joining: boolean;
  onAgain: () => void;
  onHome: () => void;
}

/** After the call, or instead of it. */
export function Ended({ end, joining, onAgain, onHome }: EndedProps) {
  const { title, text, again } = endText(end);
  const heading = useRef<HTMLHeadingElement>(null);
  // Screen readers should say at once what happened.
  useEffect(() => heading.current?.focus(), []);
  return (
    <main className={css.page} data-testid="ended">
      <Logo />
      <h1 className={css.title} ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p className={css.text}>{text}</p>
      <div className={css.actions}>
        {again !== undefined && (
          <Button primary onClick={onAgain} disabled={joining} testId="rejoin">
            {joining ? 'Joining…' : again}
          </Button>
        )}
        <Button primary={again === undefined} onClick={onHome} testId="home">
          Back to the start
        </Button>
      </div>
    </main>
  );
}
