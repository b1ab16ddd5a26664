import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { language } from './i18n/language.ts';
import './theme.css';

/** Of few: who holds a meeting does not load it. */
const TestPage = lazy(async () => ({ default: (await import('./connection-test/test-page.tsx')).TestPage }));

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const showLanguage = () => {
  document.documentElement.lang = language.current();
};
showLanguage();
language.subscribe(showLanguage);
createRoot(root).render(
  <StrictMode>
    {/^\/test\/?$/.test(location.pathname) ? (
      <Suspense>
        <TestPage />
      </Suspense>
    ) : (
      <App />
    )}
  </StrictMode>,
);
