import { type ReactNode, useEffect, useRef } from 'react';
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
  const panel = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const inside = panel.current;
    (initialFocus ?? heading).current?.focus();
    // Whoever works with keys goes on where they were, unless they are elsewhere already.
    return () => {
      const { activeElement } = document;
      const isHeld =
        activeElement === null || activeElement === document.body || inside?.contains(activeElement);
      if (isHeld && before instanceof HTMLElement) before.focus();
    };
  }, [initialFocus]);

  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    // Wherever the focus is: what held it inside may just have gone.
    const closeOnEscape = (event: KeyboardEvent) => {
      // An input method uses Escape for itself, and so do what is open in the panel and dialogs.
      if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return;
      if (document.querySelector('dialog[open]') === null) close.current();
    };
    addEventListener('keydown', closeOnEscape);
    return () => removeEventListener('keydown', closeOnEscape);
  }, []);

  return (
    <aside className={css.panel} ref={panel} aria-label={title} data-testid={testId}>
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
