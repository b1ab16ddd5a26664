import type { LobbyGuest, ModerationAction } from '@parley/protocol/moderation';
import { useTexts } from '../i18n/texts.ts';
import { isolated } from '../i18n/wording.ts';
import { Button } from '../ui/button.tsx';
import css from './waiting-list.module.css';

export interface WaitingListProps {
  guests: readonly LobbyGuest[];
  moderate: (request: ModerationAction) => void;
}

/** Who waits to be let in, for who moderates. Always there, so that screen readers hear it. */
export function WaitingList({ guests, moderate }: WaitingListProps) {
  const texts = useTexts().waitingList;
  return (
    <div className={css.place} role="status">
      {guests.length > 0 && (
        <section className={css.list} aria-label={texts.label} data-testid="waiting-list">
          <ul className={css.entries}>
            {guests.map(({ participantId, name }) => (
              <li className={css.entry} key={participantId}>
                <span className={css.name}>{texts.wants(isolated(name))}</span>
                <Button
                  label={texts.denyWhom(name)}
                  onClick={() => moderate({ action: 'deny', participantId })}
                  testId="deny"
                >
                  {texts.deny}
                </Button>
                <Button
                  primary
                  label={texts.admitWhom(name)}
                  onClick={() => moderate({ action: 'admit', participantId })}
                  testId="admit"
                >
                  {texts.admit}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
