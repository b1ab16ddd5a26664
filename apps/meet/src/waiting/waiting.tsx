import { useEffect, useRef } from 'react';
import { Button } from '../ui/button.tsx';
import { Logo } from '../ui/logo.tsx';
import css from './waiting.module.css';

export interface WaitingProps {
  room: string;
  onGiveUp: () => void;
}

/** Before the door, until somebody in the room opens it. */
export function Waiting({ room, onGiveUp }: WaitingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <main className={css.page} data-testid="waiting">
      <Logo />
      <h1 className={css.title} ref={heading} tabIndex={-1}>
        Waiting to be let in
      </h1>
      <p className={css.text}>
        Somebody in <bdi>{room}</bdi> has to let you in. Nobody sees or hears you until then.
      </p>
      <Button onClick={onGiveUp} testId="give-up">
        Do not wait
      </Button>
    </main>
  );
}
