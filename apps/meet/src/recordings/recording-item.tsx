import { CallError } from '@parley/client/call-error';
import type { RecordingSummary } from '@parley/protocol/rest';
import { useId, useState } from 'react';
import { errorText } from '../i18n/error-text.ts';
import { useLanguage } from '../i18n/language.ts';
import { useTexts } from '../i18n/texts.ts';
import { clockTime, dayAndTime, fileSize } from '../i18n/wording.ts';
import { Elapsed } from '../recording/elapsed.tsx';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { RecordingDetails } from './recording-details.tsx';
import css from './recording-item.module.css';
import type { RecordingServer } from './server.ts';
import { useRecordingTexts } from './texts.ts';

export interface RecordingItemProps {
  summary: RecordingSummary;
  server: RecordingServer;
  /** Whether recordings of other rooms stand beside it. */
  showsRoom: boolean;
  /** Deletes it. Rejects where it stays. */
  onDelete: () => Promise<void>;
}

/** A recording in the list: when, how long, how large, how it is; opened, all there is to play of it. */
export function RecordingItem({ summary, server, showsRoom, onDelete }: RecordingItemProps) {
  const { id, roomId, status, startedAt, stoppedAt, progress, bytes } = summary;
  const texts = useRecordingTexts();
  const general = useTexts();
  const tag = useLanguage();
  const [open, setOpen] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const [error, setError] = useState<CallError>();
  const body = useId();
  const when = dayAndTime(tag, startedAt);
  const goesOn = status === 'starting' || status === 'recording';

  const remove = async () => {
    if (deleting || !confirm(texts.confirmDelete(when))) return;
    setDeleting(true);
    setError(undefined);
    try {
      await onDelete();
    } catch (cause) {
      if (!(cause instanceof CallError)) throw cause;
      setError(cause);
      setDeleting(false);
    }
  };

  return (
    <li className={css.item} data-testid="recording" data-recording-id={id} data-status={status}>
      <h2 className={css.heading}>
        <button
          type="button"
          className={css.summary}
          aria-expanded={open}
          aria-controls={body}
          onClick={() => setOpen(!open)}
          data-testid="recording-open"
        >
          <span className={`${css.arrow} ${open ? css.opened : ''}`}>
            <Icon name="chevron" size={18} />
          </span>
          <span className={css.when}>{when}</span>
          {showsRoom && <span className={css.room}>{texts.room(roomId)}</span>}
          <span className={css.facts}>
            <span data-testid="recording-length">
              {stoppedAt === undefined
                ? goesOn && <Elapsed since={startedAt} />
                : clockTime(stoppedAt - startedAt)}
            </span>
            {bytes > 0 && <span>{fileSize(tag, bytes)}</span>}
          </span>
          <span className={`${css.status} ${css[status]}`}>
            {status === 'finishing' && progress !== undefined
              ? texts.percent(new Intl.NumberFormat(tag, { style: 'percent' }).format(progress))
              : texts.status[status]}
          </span>
        </button>
      </h2>
      {status === 'finishing' && (
        <progress className={css.progress} aria-label={texts.progress} value={progress} max={1} />
      )}
      <div id={body} hidden={!open}>
        {open && (
          <div className={css.body}>
            <RecordingDetails summary={summary} server={server} />
            <div className={css.actions}>
              {!goesOn && (
                <Button
                  label={texts.deleteOf(when)}
                  disabled={deleting}
                  onClick={() => void remove()}
                  testId="recording-delete"
                >
                  <Icon name="trash" size={18} />
                  {texts.delete}
                </Button>
              )}
              <div role="alert">{error && <p className={css.error}>{errorText(general, error)}</p>}</div>
            </div>
          </div>
        )}
      </div>
    </li>
  );
}
