import { type ReactNode, useEffect, useRef } from 'react';
import { Icon, type IconName } from './icon.tsx';
import { Logo } from './logo.tsx';
import css from './message-screen.module.css';

export interface MessageScreenProps {
  icon: IconName;
  /** Something is under way. */
  busy?: boolean;
  title: string;
  text: ReactNode;
  /** Buttons. */
  children: ReactNode;
  testId: string;
}

/** A screen that says one thing, before or after a call. */
export function MessageScreen({ icon, busy = false, title, text, children, testId }: MessageScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Screen readers should say at once what happened.
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className={css.page} data-testid={testId}>
      <header className={css.header}>
        <Logo />
      </header>
      <main className={css.main}>
        <span className={`${css.sign} ${busy ? css.busy : ''}`}>
          <Icon name={icon} size={30} />
        </span>
        <h1 className={css.title} ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p className={css.text}>{text}</p>
        <div className={css.actions}>{children}</div>
      </main>
    </div>
  );
}
