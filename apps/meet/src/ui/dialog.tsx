import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import css from './dialog.module.css';
import { RoundButton } from './round-button.tsx';

export interface DialogProps {
  title: string;
  closeLabel: string;
  /** It has closed, or is to: whoever shows it takes it away. */
  onClose: () => void;
  children: ReactNode;
  testId: string;
  closeTestId: string;
}

/** Something to decide before going on. The browser's own dialog: it holds the focus, and gives it back. */
export function Dialog({ title, closeLabel, onClose, children, testId, closeTestId }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Closed while it is in the page still: only then the browser gives the focus back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the browser closes a dialog by Escape itself
    <dialog
      className={css.dialog}
      ref={dialog}
      aria-labelledby={titleId}
      onClose={() => dialog.current?.open === false && onClose()}
      onClick={({ target }) => target === dialog.current && dialog.current?.close()}
      data-testid={testId}
    >
      <div className={css.content}>
        <header className={css.header}>
          <h2 className={css.title} id={titleId}>
            {title}
          </h2>
          <RoundButton
            icon="close"
            label={closeLabel}
            onClick={() => dialog.current?.close()}
            testId={closeTestId}
          />
        </header>
        {children}
      </div>
    </dialog>
  );
}
