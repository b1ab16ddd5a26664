import { useTexts } from '../i18n/texts.ts';
import { Button } from '../ui/button.tsx';
import css from './blocked-sound.module.css';

/** Asks for the click that the browser wants before it plays sound; any on the page will do. */
export function BlockedSound() {
  const texts = useTexts().room;
  return (
    <div className={css.blocked} role="alert">
      {texts.soundBlocked}
      <Button primary>{texts.soundOn}</Button>
    </div>
  );
}
