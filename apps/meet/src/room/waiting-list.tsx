import type { LobbyGuest, ModerationAction } from '@parley/protocol/moderation';
import { useEffect, useRef } from 'react';
import { useTexts } from '../i18n/texts.ts';
import { isolated } from '../i18n/wording.ts';
import { Button } from '../ui/button.tsx';
import css from './waiting-list.module.css';

export interface WaitingListProps {
  guests: readonly LobbyGuest[];
  moderate: (request: ModerationAction) => void;
}

/** Milliseconds in which a second click is still meant for the person whom the first one was about. */
const DOUBLE_CLICK = 500;

/** Who waits to be let in, for who moderates. Always there, so that screen readers hear it: who is new, not everybody again. */
export function WaitingList({ guests, moderate }: WaitingListProps) {
  const texts = useTexts().waitingList;
  const list = useRef<HTMLUListElement>(null);
  const decidedAt = useRef(Number.NEGATIVE_INFINITY);
  /** Which button was pressed: the next person's gets the focus when this one's row is gone. */
  const pressed = useRef<'admit' | 'deny'>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a row that goes takes the focus with it
  useEffect(() => {
    if (pressed.current === undefined || list.current?.contains(document.activeElement)) return;
    list.current?.querySelector<HTMLElement>(`[data-testid=${pressed.current}]`)?.focus();
    pressed.current = undefined;
  }, [guests]);

  const decide = (action: 'admit' | 'deny', participantId: string) => {
    const now = performance.now();
    // The next person has taken the place of the first.
    if (now - decidedAt.current < DOUBLE_CLICK) return;
    decidedAt.current = now;
    pressed.current = action;
    moderate({ action, participantId });
  };

  return (
    <div className={css.place} role="status" aria-atomic="false">
      {guests.length > 0 && (
        <section className={css.list} aria-label={texts.label} data-testid="waiting-list">
          <ul className={css.entries} ref={list}>
            {guests.map(({ participantId, name }) => (
              <li className={css.entry} key={participantId}>
                <span className={css.name}>{texts.wants(isolated(name))}</span>
                <span className={css.decision}>
                  <Button
                    label={texts.denyWhom(name)}
                    onClick={() => decide('deny', participantId)}
                    testId="deny"
                  >
                    {texts.deny}
                  </Button>
                  <Button
                    primary
                    label={texts.admitWhom(name)}
                    onClick={() => decide('admit', participantId)}
                    testId="admit"
                  >
                    {texts.admit}
                  </Button>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
