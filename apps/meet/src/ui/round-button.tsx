import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';
import css from './round-button.module.css';

export interface RoundButtonProps {
  icon: IconName;
  /** What it does, for screen readers and as a tooltip. */
  label: string;
  onClick: () => void;
  /** Set on buttons that are on or off. */
  pressed?: boolean;
  /** `off` marks a device that is off, `danger` what ends the call. */
  tone?: 'plain' | 'off' | 'active' | 'danger';
  /** It does nothing now, but keeps the focus. */
  disabled?: boolean;
  testId?: string;
  /** A small mark in the corner. */
  badge?: ReactNode;
}

export function RoundButton(props: RoundButtonProps) {
  const { icon, label, onClick, pressed, tone = 'plain', disabled, testId, badge } = props;
  return (
    <button
      type="button"
      className={`${css.button} ${css[tone]}`}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      aria-disabled={disabled || undefined}
      onClick={disabled ? undefined : onClick}
      data-testid={testId}
    >
      <Icon name={icon} />
      {badge !== undefined && <span className={css.badge}>{badge}</span>}
    </button>
  );
}
