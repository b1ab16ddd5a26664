import type { Call } from '@parley/client/call';
import { Button } from '../ui/button.tsx';
import { useLobby } from './use-call.ts';
import css from './waiting-list.module.css';

/** Who waits to be let in, for who moderates. */
export function WaitingList({ call }: { call: Call }) {
  const lobby = useLobby(call);
  if (lobby.length === 0) return null;
  return (
    <section className={css.list} aria-label="Waiting to be let in" data-testid="waiting-list">
      <ul className={css.entries} aria-live="polite">
        {lobby.map(({ participantId, name }) => (
          <li className={css.entry} key={participantId}>
            <span className={css.name}>
              <bdi>{name}</bdi> wants to come in
            </span>
            <Button onClick={() => call.moderate({ action: 'deny', participantId })} testId="deny">
              Deny
            </Button>
            <Button primary onClick={() => call.moderate({ action: 'admit', participantId })} testId="admit">
              Admit
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
