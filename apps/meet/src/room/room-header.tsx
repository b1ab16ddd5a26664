import { useEffect, useRef, useState } from 'react';
import { useTexts } from '../i18n/texts.ts';
import { roomPath } from '../room-link.ts';
import { Icon } from '../ui/icon.tsx';
import { Logo } from '../ui/logo.tsx';
import css from './room-header.module.css';

/** Milliseconds that "copied" stays. */
const COPIED_TIME = 2000;

export interface RoomHeaderProps {
  roomId: string;
  count: number;
  locked: boolean;
  /** Locks or unlocks the room; absent for who may not. */
  onLock?: ((locked: boolean) => void) | undefined;
  /** The browser does not let the page copy the link. */
  onCopyFailed: (link: string) => void;
}

/** Where one is, how many are here, and the link for others. */
export function RoomHeader({ roomId, count, locked, onLock, onCopyFailed }: RoomHeaderProps) {
  const texts = useTexts().room;
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that led here is gone; screen readers say where one is now.
  useEffect(() => heading.current?.focus(), []);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const link = new URL(roomPath(roomId), location.href).href;
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      // No permission, or a page without HTTPS.
      onCopyFailed(link);
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_TIME);
  };
  return (
    <header className={css.header}>
      <Logo compact />
      <h1 className={css.room} ref={heading} tabIndex={-1}>
        {roomId}
      </h1>
      <span className={css.count} title={texts.count(count)} data-testid="participant-count">
        <Icon name="people" size={18} />
        <span aria-hidden="true">{count}</span>
        <span className="visually-hidden">{texts.count(count)}</span>
      </span>
      {onLock && (
        <button
          type="button"
          className={css.copy}
          onClick={() => onLock(!locked)}
          aria-pressed={locked}
          title={locked ? texts.lockedHint : texts.lockHint}
          data-testid="lock"
        >
          <Icon name={locked ? 'lock' : 'unlock'} size={18} />
          <span className={css.copyText}>{locked ? texts.locked : texts.lock}</span>
        </button>
      )}
      <button type="button" className={css.copy} onClick={() => void copy()} data-testid="copy-link">
        <Icon name={copied ? 'check' : 'link'} size={18} />
        <span className={css.copyText} aria-live="polite">
          {copied ? texts.copied : texts.copyLink}
        </span>
      </button>
    </header>
  );
}
