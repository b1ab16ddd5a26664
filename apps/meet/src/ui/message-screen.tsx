import { type ReactNode, useEffect, useRef } from 'react';
import { Logo } from './logo.tsx';
import css from './message-screen.module.css';

export interface MessageScreenProps {
  title: string;
  text: ReactNode;
  /** Buttons. */
  children: ReactNode;
  testId: string;
}

/** A screen that says one thing, before or after a call. */
export function MessageScreen({ title, text, children, testId }: MessageScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Screen readers should say at once what happened.
  useEffect(() => heading.current?.focus(), []);
  return (
    <main className={css.page} data-testid={testId}>
      <Logo />
      <h1 className={css.title} ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p className={css.text}>{text}</p>
      <div className={css.actions}>{children}</div>
    </main>
  );
}
