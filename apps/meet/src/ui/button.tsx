import type { ReactNode } from 'react';
import css from './button.module.css';

export interface ButtonProps {
  children: ReactNode;
  onClick?: () => void;
  type?: 'button' | 'submit';
  primary?: boolean;
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
      onClick={onClick}
      disabled={disabled}
      aria-label={label}
      data-testid={testId}
    >
      {children}
    </button>
  );
}
