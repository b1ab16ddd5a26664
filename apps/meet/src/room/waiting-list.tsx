import type { LobbyGuest, ModerationAction } from '@parley/protocol/moderation';
import { Button } from '../ui/button.tsx';
import css from './waiting-list.module.css';

export interface WaitingListProps {
  guests: readonly LobbyGuest[];
  moderate: (request: ModerationAction) => void;
}

/** Who waits to be let in, for who moderates. Always there, so that screen readers hear it. */
export function WaitingList({ guests, moderate }: WaitingListProps) {
  return (
    <div className={css.place} role="status">
      {guests.length > 0 && (
        <section className={css.list} aria-label="Waiting to be let in" data-testid="waiting-list">
          <ul className={css.entries}>
            {guests.map(({ participantId, name }) => (
              <li className={css.entry} key={participantId}>
                <span className={css.name}>
                  <bdi>{name}</bdi> wants to come in
                </span>
                <Button
                  label={`Deny ${name}`}
                  onClick={() => moderate({ action: 'deny', participantId })}
                  testId="deny"
                >
                  Deny
                </Button>
                <Button
                  primary
                  label={`Admit ${name}`}
                  onClick={() => moderate({ action: 'admit', participantId })}
                  testId="admit"
                >
                  Admit
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
