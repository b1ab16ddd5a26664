import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { language } from './i18n/language.ts';
import './theme.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const showLanguage = () => {
  document.documentElement.lang = language.current();
};
showLanguage();
language.subscribe(showLanguage);
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
