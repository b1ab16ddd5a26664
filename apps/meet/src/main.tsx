import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { recordingsOf } from './room-link.ts';
import { keepPageLook } from './settings/page-look.ts';
import './theme.css';

/** Of few: who holds a meeting does not load them. */
const TestPage = lazy(async () => ({ default: (await import('./connection-test/test-page.tsx')).TestPage }));
const RecordingsPage = lazy(async () => ({
  default: (await import('./recordings/recordings-page.tsx')).RecordingsPage,
}));

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
keepPageLook();
createRoot(root).render(
  <StrictMode>
    <Suspense>{page()}</Suspense>
  </StrictMode>,
);

/** What the address leads to. */
function page() {
  if (/^\/test\/?$/.test(location.pathname)) return <TestPage />;
  const recordings = recordingsOf(location);
  return recordings === undefined ? <App /> : <RecordingsPage room={recordings.room} />;
}
