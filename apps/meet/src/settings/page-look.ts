import { language } from '../i18n/language.ts';
import { theme } from './settings.ts';

/** Keeps what the whole document shows of the settings: its language, and light or dark. For as long as the page is. */
export function keepPageLook(): void {
  const root = document.documentElement;
  const show = () => {
    root.lang = language.current();
    root.dataset['theme'] = theme.current();
    // The bar of a phone's browser.
    for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
      const scheme = meta.dataset['scheme'] ?? '';
      if (theme.current() === 'system') meta.media = `(prefers-color-scheme: ${scheme})`;
      else meta.media = theme.current() === scheme ? 'all' : 'not all';
    }
  };
  show();
  language.subscribe(show);
  theme.subscribe(show);
}
