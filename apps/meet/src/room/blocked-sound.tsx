import { Button } from '../ui/button.tsx';
import css from './blocked-sound.module.css';

/** Asks for the click that the browser wants before it plays sound; any on the page will do. */
export function BlockedSound() {
  return (
    <div className={css.blocked} role="alert">
      The browser holds the sound back.
      <Button primary>Turn the sound on</Button>
    </div>
  );
}
