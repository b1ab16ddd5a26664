import { useEffect, useRef } from 'react';
import { useTexts } from '../i18n/texts.ts';
import type { Layout } from '../stage/arrangement.ts';
import { LayoutMenu } from '../stage/layout-menu.tsx';
import { Icon } from '../ui/icon.tsx';
import { Logo } from '../ui/logo.tsx';
import css from './room-header.module.css';
import { useCopyLink } from './use-copy-link.ts';

export interface RoomHeaderProps {
  roomId: string;
  count: number;
  locked: boolean;
  /** Locks or unlocks the room; absent for who may not. */
  onLock?: ((locked: boolean) => void) | undefined;
  layout: Layout;
  onLayout: (layout: Layout) => void;
  onSettings: () => void;
  /** The browser does not let the page copy the link. */
  onCopyFailed: (link: string) => void;
}

/** Where one is, how many are here, and the link for others. */
export function RoomHeader(props: RoomHeaderProps) {
  const { roomId, count, locked, onLock, layout, onLayout, onSettings, onCopyFailed } = props;
  const { room: texts, settings } = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that led here is gone; screen readers say where one is now.
  useEffect(() => heading.current?.focus(), []);
  const { copied, copy } = useCopyLink(roomId, onCopyFailed);
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
      <LayoutMenu layout={layout} onChange={onLayout} />
      <button type="button" className={css.copy} onClick={copy} data-testid="copy-link">
        <Icon name={copied ? 'check' : 'link'} size={18} />
        <span className={css.copyText} aria-live="polite">
          {copied ? texts.copied : texts.copyLink}
        </span>
      </button>
      <button
        type="button"
        className={css.copy}
        aria-label={settings.open}
        title={settings.open}
        onClick={onSettings}
        data-testid="open-settings"
      >
        <Icon name="settings" size={18} />
      </button>
    </header>
  );
}
