import { useEffect, useRef, useState } from 'react';
import { errorText } from '../i18n/error-text.ts';
import { useTexts } from '../i18n/texts.ts';
import { roomPath, tokenOf } from '../room-link.ts';
import { Button } from '../ui/button.tsx';
import { Logo } from '../ui/logo.tsx';
import { RecordingItem } from './recording-item.tsx';
import css from './recordings-page.module.css';
import { RecordingServer } from './server.ts';
import { useRecordingTexts } from './texts.ts';
import { useRecordingList } from './use-recording-list.ts';

/** The recordings of a room, or of all, at `/r/ROOM/recordings` and `/recordings`. */
export function RecordingsPage({ room }: { room: string | undefined }) {
  const texts = useRecordingTexts();
  const general = useTexts();
  const [server] = useState(() => new RecordingServer(tokenOf(location)));
  const { list, state } = useRecordingList(server, room);
  const { recordings, nextCursor, error } = state;
  const [said, setSaid] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  const title = room === undefined ? texts.title : texts.titleOf(room);

  useEffect(() => {
    document.title = `${title} · Parley`;
  }, [title]);

  const remove = async (id: string) => {
    await list?.delete(id);
    setSaid(texts.deleted);
    // What had the focus is gone.
    heading.current?.focus();
  };

  return (
    <div className={css.page}>
      <header className={css.header}>
        <a href="/" className={css.home} aria-label={texts.home}>
          <Logo />
        </a>
        {room !== undefined && (
          <a href={`${roomPath(room, location.search)}${location.hash}`} className={css.link}>
            {texts.toRoom}
          </a>
        )}
      </header>
      <main className={css.main} data-testid="recordings" aria-busy={recordings === undefined && !error}>
        <h1 className={css.title} ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p className="visually-hidden" role="status">
          {said}
        </p>
        {error && (
          <section className={css.problem} role="alert" data-testid="recordings-error" data-code={error.code}>
            <h2 className={css.heading}>
              {recordings ? texts.stale : isRefusal(error.code) ? texts.notAllowed : texts.failed}
            </h2>
            <p>{errorText(general, error)}</p>
            {isRefusal(error.code) && <p>{texts.notAllowedHint}</p>}
            <Button onClick={() => list?.refresh()}>{texts.again}</Button>
          </section>
        )}
        {recordings === undefined && !error && <p className={css.quiet}>{texts.loading}</p>}
        {recordings?.length === 0 && (
          <section className={css.none} data-testid="no-recordings">
            <h2 className={css.heading}>{texts.none}</h2>
            <p className={css.quiet}>{texts.noneHint}</p>
          </section>
        )}
        {recordings && recordings.length > 0 && (
          <ul className={css.list}>
            {recordings.map((summary) => (
              <RecordingItem
                key={summary.id}
                summary={summary}
                server={server}
                showsRoom={room === undefined}
                onDelete={() => remove(summary.id)}
              />
            ))}
          </ul>
        )}
        {nextCursor !== undefined && <Button onClick={() => void list?.more()}>{texts.more}</Button>}
      </main>
    </div>
  );
}

function isRefusal(code: string): boolean {
  return /^(token_(missing|insufficient|wrong_room)|forbidden|banned)$/.test(code);
}
