import { useTexts } from '../i18n/texts.ts';
import { testPath } from '../room-link.ts';
import css from './test-link.module.css';

/** Leads to the page that tests the connection. */
export function TestLink() {
  const texts = useTexts();
  return (
    <a className={css.link} href={testPath(location)}>
      {texts.testConnection}
    </a>
  );
}
