import type { CallState } from '@parley/client/call-events';
import { useTexts } from '../i18n/texts.ts';
import css from './reconnecting.module.css';

export interface ReconnectingProps {
  state: CallState;
  /** It takes somebody in the room who lets one in again. */
  waits: boolean;
}

/** Says that something is lost and being recovered; the pictures stay. Always there, so that screen readers hear it. */
export function Reconnecting({ state, waits }: ReconnectingProps) {
  const texts = useTexts().room;
  return (
    <div className={css.place} role="status">
      {state === 'reconnecting' && (
        <p className={css.banner} data-testid="reconnecting" data-waits={waits}>
          {waits ? texts.waitsAgain : texts.reconnecting}
        </p>
      )}
    </div>
  );
}
