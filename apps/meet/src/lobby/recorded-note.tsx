import type { RoomDetails } from '@parley/protocol/rest';
import { useEffect, useState } from 'react';
import { useTexts } from '../i18n/texts.ts';
import { RecordingServer } from '../recordings/server.ts';
import { tokenOf } from '../room-link.ts';
import css from './recorded-note.module.css';

/** What of a room who comes should know. */
export type RoomRecording = Pick<RoomDetails, 'recording' | 'autoRecord'>;

/**
 * Whether the room that a link leads to is recorded: asked before one goes in. Undefined while that is not known, which a
 * room that there is none of yet stays.
 */
export function useRoomRecording(room: string | undefined): RoomRecording | undefined {
  const [found, setFound] = useState<RoomRecording>();
  useEffect(() => {
    setFound(undefined);
    if (room === undefined) return;
    const asking = new AbortController();
    const server = new RecordingServer(tokenOf(location));
    // Who cannot be told here is told in the room.
    server.room(room, asking.signal).then(setFound, () => undefined);
    return () => asking.abort();
  }, [room]);
  return found;
}

/** Tells that the room is recorded, before one goes in. */
export function RecordedNote({ recording }: { recording: RoomRecording | undefined }) {
  const texts = useTexts().recording;
  const isRecorded = recording?.recording !== undefined;
  return (
    <div role="status">
      {(isRecorded || recording?.autoRecord !== undefined) && (
        <p className={css.note} data-testid="lobby-recorded">
          <span className={css.dot} aria-hidden="true" />
          {isRecorded ? texts.lobby : texts.lobbyAuto}
        </p>
      )}
    </div>
  );
}
