import { useSyncExternalStore } from 'react';
import { useTexts } from '../i18n/texts.ts';
import type { Notices } from '../notices.ts';
import { Icon } from '../ui/icon.tsx';
import css from './notice-list.module.css';

/** What went wrong, over the pictures, for a while. Screen readers say each once. */
export function NoticeList({ notices }: { notices: Notices }) {
  const texts = useTexts().notices;
  const current = useSyncExternalStore(notices.subscribe, notices.current);
  return (
    <div className={css.list} role="status" aria-atomic="false" data-testid="notices">
      {current.map(({ id, text }) => (
        <div className={css.notice} key={id}>
          {text}
          <button
            type="button"
            className={css.dismiss}
            aria-label={texts.dismiss}
            title={texts.dismiss}
            onClick={() => notices.dismiss(id)}
          >
            <Icon name="close" size={16} />
          </button>
        </div>
      ))}
    </div>
  );
}
