import type { CallState } from '@parley/client/call-events';
import css from './reconnecting.module.css';

/** Says that something is lost and being recovered; the pictures stay. Always there, so that screen readers hear it. */
export function Reconnecting({ state }: { state: CallState }) {
  return (
    <div className={css.place} role="status">
      {state === 'reconnecting' && (
        <p className={css.banner} data-testid="reconnecting">
          Reconnecting…
        </p>
      )}
    </div>
  );
}
