import { useId } from 'react';
import css from './switch.module.css';

export interface SwitchProps {
  on: boolean;
  label: string;
  hint: string;
  onChange: (on: boolean) => void;
  testId: string;
}

/** Something that is on or off for the whole room. */
export function Switch({ on, label, hint, onChange, testId }: SwitchProps) {
  const id = useId();
  return (
    <button
      type="button"
      role="switch"
      className={css.switch}
      aria-checked={on}
      aria-describedby={id}
      onClick={() => onChange(!on)}
      data-testid={testId}
    >
      <span className={css.label}>{label}</span>
      <span className={css.track} aria-hidden="true" />
      <span className={css.hint} id={id}>
        {hint}
      </span>
    </button>
  );
}
