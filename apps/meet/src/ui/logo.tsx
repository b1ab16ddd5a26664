import css from './logo.module.css';

export function Logo() {
  return (
    <span className={css.logo}>
      <img src="/icon.svg" alt="" width="28" height="28" />
      Parley
    </span>
  );
}
