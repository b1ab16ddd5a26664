import css from './logo.module.css';

/** @param compact only the sign where the window is narrow */
export function Logo({ compact = false }: { compact?: boolean }) {
  return (
    <span className={css.logo}>
      <img src="/icon.svg" alt={compact ? 'Parley' : ''} width="28" height="28" />
      <span className={compact ? css.wide : undefined} aria-hidden={compact}>
        Parley
      </span>
    </span>
  );
}
