import { useState } from 'react';
import { roomPath } from '../room-link.ts';
import { Icon } from '../ui/icon.tsx';
import { Logo } from '../ui/logo.tsx';
import css from './room-header.module.css';

/** Milliseconds that "copied" stays. */
const COPIED_TIME = 2000;

/** Where one is, how many are here, and the link for others. */
export function RoomHeader({ roomId, count }: { roomId: string; count: number }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(new URL(roomPath(roomId), location.href).href);
    } catch {
      // Without the permission the address bar still has it.
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_TIME);
  };
  return (
    <header className={css.header}>
      <Logo compact />
      <h1 className={css.room}>{roomId}</h1>
      <span className={css.count} title="People in the room" data-testid="participant-count">
        <Icon name="people" size={18} />
        <span className="visually-hidden">People in the room:</span>
        {count}
      </span>
      <button type="button" className={css.copy} onClick={() => void copy()} data-testid="copy-link">
        <Icon name={copied ? 'check' : 'link'} size={18} />
        <span className={css.copyText} aria-live="polite">
          {copied ? 'Copied' : 'Copy link'}
        </span>
      </button>
    </header>
  );
}
