import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { keepPageLook } from './settings/page-look.ts';
import './theme.css';

/** Of few: who holds a meeting does not load it. */
const TestPage = lazy(async () => ({ default: (await import('./connection-test/test-page.tsx')).TestPage }));

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
keepPageLook();
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
