import { useEffect, useState } from 'react';
import { useTexts } from '../i18n/texts.ts';
import { Button } from '../ui/button.tsx';
import css from './recording-notice.module.css';
import type { MeetingRecording } from './use-meeting-recording.ts';

export interface RecordingNoticeProps {
  untold: MeetingRecording['untold'];
  onStay: () => void;
  onLeave: () => void;
}

/** Tells that the meeting is recorded and what that means, until the person has decided. Always there, so that screen readers hear it. */
export function RecordingNotice({ untold, onStay, onLeave }: RecordingNoticeProps) {
  const { notice } = useTexts().recording;
  const [listened, setListened] = useState(false);
  // What stands in it from the start is read by no screen reader.
  useEffect(() => setListened(true), []);
  return (
    <div className={css.place} role="alert">
      {listened && untold !== undefined && (
        <section className={css.card} data-testid="recording-notice" data-why={untold}>
          <h2 className={css.title}>
            <span className={css.dot} aria-hidden="true" />
            {notice[untold]}
          </h2>
          <p className={css.text}>{notice.meaning}</p>
          <div className={css.actions}>
            <Button onClick={onLeave} testId="recording-leave">
              {notice.leave}
            </Button>
            <Button primary onClick={onStay} testId="recording-stay">
              {notice.stay}
            </Button>
          </div>
        </section>
      )}
    </div>
  );
}
