import { useCall, useRecording } from '@parley/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { currentTexts } from '../i18n/texts.ts';
import type { Notices } from '../notices.ts';

/** How the meeting is recorded, as the person knows of it. */
export interface MeetingRecording {
  /** When it began, by this machine's clock, milliseconds; undefined while the meeting is not recorded. */
  readonly since: number | undefined;
  /** What the person has to be told first: that it is recorded, or is from now on. */
  readonly untold: 'joined' | 'started' | undefined;
  /** The person has read it. */
  told(): void;
  /** Whether the person is starting one: it needs no telling then. */
  starts(starting: boolean): void;
}

/**
 * Whether the meeting is recorded, and what of that is news to the person.
 *
 * @param knownId the recording that the person was told of before joining
 */
export function useMeetingRecording(notices: Notices, knownId: string | undefined): MeetingRecording {
  const call = useCall();
  const recording = useRecording();
  const [toldId, setToldId] = useState(knownId);
  /** What was going on when one came. */
  const [firstId] = useState(recording?.recordingId);
  const starting = useRef(false);
  useEffect(
    () =>
      call.on('recording-changed', (now) => {
        const texts = currentTexts().recording;
        if (now === undefined) notices.add(texts.stopped);
        else if (starting.current) {
          setToldId(now.recordingId);
          notices.add(texts.own);
        }
      }),
    [call, notices],
  );
  const isFirst = recording?.recordingId === firstId;
  const since = useMemo(() => {
    if (recording === undefined) return undefined;
    // The server's clock may be another: what was heard to begin began now.
    return isFirst ? Math.min(recording.startedAt, Date.now()) : Date.now();
  }, [recording, isFirst]);
  const isNews = recording !== undefined && recording.recordingId !== toldId;
  return {
    since,
    untold: isNews ? (isFirst ? 'joined' : 'started') : undefined,
    told: () => setToldId(recording?.recordingId),
    starts: (now) => {
      starting.current = now;
    },
  };
}
