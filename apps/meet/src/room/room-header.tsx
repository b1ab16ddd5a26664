import { useEffect, useRef } from 'react';
import { useTexts } from '../i18n/texts.ts';
import { RecordingMark } from '../recording/recording-mark.tsx';
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
  /** When the recording began, milliseconds since the epoch; undefined while there is none. */
  recordedSince: number | undefined;
  /** Absent for who may not record. */
  onRecording: (() => void) | undefined;
  layout: Layout;
  onLayout: (layout: Layout) => void;
  peopleAreOpen: boolean;
  onPeople: () => void;
  onSettings: () => void;
  /** The browser does not let the page copy the link. */
  onCopyFailed: (link: string) => void;
}

/** Where one is, how many are here, and the link for others. */
export function RoomHeader(props: RoomHeaderProps) {
  const { roomId, count, locked, recordedSince, onRecording } = props;
  const { layout, onLayout, peopleAreOpen, onPeople, onSettings, onCopyFailed } = props;
  const { room: texts, settings } = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  // The button that led here is gone; screen readers say where one is now.
  useEffect(() => heading.current?.focus(), []);
  const { copied, sends, hand } = useCopyLink(roomId, onCopyFailed);
  return (
    <header className={css.header}>
      <Logo compact />
      <h1 className={css.room} ref={heading} tabIndex={-1}>
        {roomId}
      </h1>
      {locked && (
        <span className={css.locked} role="img" aria-label={texts.lockedHint} title={texts.lockedHint}>
          <Icon name="lock" size={18} />
        </span>
      )}
      <RecordingMark since={recordedSince} onOpen={onRecording} />
      <LayoutMenu layout={layout} onChange={onLayout} />
      <button
        type="button"
        className={css.copy}
        title={texts.count(count)}
        aria-pressed={peopleAreOpen}
        onClick={onPeople}
        data-testid="toggle-people"
      >
        <Icon name="people" size={18} />
        <span aria-hidden="true" data-testid="participant-count">
          {count}
        </span>
        <span className="visually-hidden">{texts.count(count)}</span>
      </button>
      <button type="button" className={css.copy} onClick={hand} data-testid="copy-link">
        <Icon name={copied ? 'check' : 'link'} size={18} />
        <span className={css.copyText} aria-live="polite">
          {copied ? texts.copied : sends ? texts.sendLink : texts.copyLink}
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
