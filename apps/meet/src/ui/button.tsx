import type { ReactNode } from 'react';
import css from './button.module.css';

export interface ButtonProps {
  children: ReactNode;
  onClick?: () => void;
  type?: 'button' | 'submit';
  primary?: boolean;
  disabled?: boolean;
  testId?: string;
}

export function Button({ children, onClick, type = 'button', primary, disabled, testId }: ButtonProps) {
  return (
    <button
      type={type}
      className={`${css.button} ${primary ? css.primary : ''}`}
      onClick={onClick}
      disabled={disabled}
      data-testid={testId}
    >
      {children}
    </button>
  );
}
