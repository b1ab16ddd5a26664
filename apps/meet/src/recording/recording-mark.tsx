import { useTexts } from '../i18n/texts.ts';
import { Icon } from '../ui/icon.tsx';
import { Elapsed } from './elapsed.tsx';
import css from './recording-mark.module.css';

export interface RecordingMarkProps {
  /** When the recording began, milliseconds since the epoch; undefined while there is none. */
  since: number | undefined;
  /** Opens what can be done about it; absent for who may do nothing. */
  onOpen: (() => void) | undefined;
}

/** Shows everybody that the meeting is recorded, and for how long; for who may record it is the way to start and stop, too. */
export function RecordingMark({ since, onOpen }: RecordingMarkProps) {
  const texts = useTexts().recording;
  const mark = since !== undefined && (
    <>
      <span className={css.dot} aria-hidden="true" />
      <span className={css.word}>{texts.mark}</span>
      <span className={css.time}>
        <Elapsed since={since} />
      </span>
    </>
  );
  if (onOpen === undefined) {
    return (
      mark && (
        <span className={css.mark} title={texts.runs} data-testid="recording-mark">
          {mark}
        </span>
      )
    );
  }
  const label = since === undefined ? texts.start : texts.manage;
  return (
    <span data-testid={mark ? 'recording-mark' : undefined} className={css.frame}>
      <button
        type="button"
        className={mark ? css.mark : css.start}
        aria-haspopup="dialog"
        title={label}
        onClick={onOpen}
        data-testid="open-recording"
      >
        {mark || <Icon name="record" size={18} />}
        <span className="visually-hidden">{label}</span>
      </button>
    </span>
  );
}
