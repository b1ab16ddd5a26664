import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { RoundButton } from '../ui/round-button.tsx';
import css from './side-panel.module.css';

export interface SidePanelProps {
  title: string;
  /** What the button that closes it is called. */
  closeLabel: string;
  onClose: () => void;
  /** Gets the focus when the panel opens; without it the panel's heading does. */
  initialFocus?: { readonly current: HTMLElement | null };
  testId: string;
  children: ReactNode;
}

/** Something beside the pictures; on a phone, in front of them. Escape closes it. */
export function SidePanel({ title, closeLabel, onClose, initialFocus, testId, children }: SidePanelProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    (initialFocus ?? heading).current?.focus();
    // Whoever works with keys goes on where they were.
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [initialFocus]);

  const closeOnEscape = (event: KeyboardEvent) => {
    // An input method uses Escape for itself.
    if (event.key === 'Escape' && !event.nativeEvent.isComposing && !event.defaultPrevented) onClose();
  };

  return (
    <aside className={css.panel} aria-label={title} onKeyDown={closeOnEscape} data-testid={testId}>
      <header className={css.header}>
        <h2 className={css.title} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <RoundButton icon="close" label={closeLabel} onClick={onClose} />
      </header>
      {children}
    </aside>
  );
}
