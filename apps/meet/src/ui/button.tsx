import type { MouseEvent, ReactNode } from 'react';
import css from './button.module.css';

export interface ButtonProps {
  children: ReactNode;
  onClick?: () => void;
  type?: 'button' | 'submit';
  primary?: boolean;
  /** It does nothing now, but keeps the focus. A form whose button it is minds that itself: Enter sends it as well. */
  disabled?: boolean;
  /** For screen readers, where the text alone does not say what it is about. */
  label?: string;
  testId?: string;
}

export function Button({
  children,
  onClick,
  type = 'button',
  primary,
  disabled,
  label,
  testId,
}: ButtonProps) {
  return (
    <button
      type={type}
      className={`${css.button} ${primary ? css.primary : ''}`}
      onClick={(event: MouseEvent) => (disabled ? event.preventDefault() : onClick?.())}
      aria-disabled={disabled || undefined}
      aria-label={label}
      data-testid={testId}
    >
      {children}
    </button>
  );
}
