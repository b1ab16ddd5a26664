import { useEffect, useRef } from 'react';
import { useTexts } from '../i18n/texts.ts';
import { useSetting } from '../settings/setting.ts';
import { shortcuts as setting } from '../settings/settings.ts';
import { Button } from '../ui/button.tsx';
import css from './shortcut-help.module.css';
import { KEYS, type Shortcut } from './shortcuts.ts';

/** What keys do, and whether they do it (WCAG 2.1, 2.1.4: keys of one letter can be switched off). */
export function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const texts = useTexts().shortcuts;
  const isOn = useSetting(setting) === 'on';
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  return (
    <dialog
      className={css.dialog}
      ref={dialog}
      aria-labelledby="shortcuts-title"
      onClose={onClose}
      data-testid="shortcuts"
    >
      <h2 className={css.title} id="shortcuts-title">
        {texts.title}
      </h2>
      <dl className={css.keys}>
        {(Object.keys(KEYS) as Shortcut[]).map((shortcut) => (
          <div key={shortcut} className={css.key}>
            <dt>
              <kbd className={css.cap}>{KEYS[shortcut]}</kbd>
            </dt>
            <dd>{texts.actions[shortcut]}</dd>
          </div>
        ))}
        <div className={css.key}>
          <dt>
            <kbd className={css.cap}>{texts.space}</kbd>
          </dt>
          <dd>{texts.talk}</dd>
        </div>
      </dl>
      <label className={css.switch}>
        <input
          type="checkbox"
          checked={isOn}
          onChange={({ target }) => setting.set(target.checked ? 'on' : 'off')}
        />
        {texts.enabled}
      </label>
      <form method="dialog" className={css.buttons}>
        <Button type="submit" primary>
          {texts.close}
        </Button>
      </form>
    </dialog>
  );
}
