import type { RemoteTrack } from '@parley/client/subscriber';
import { useCallback, useState } from 'react';
import { Audio } from '../media/audio.tsx';
import { Button } from '../ui/button.tsx';
import css from './remote-audio.module.css';

/** The sound of the room, and a button where the browser wants a click for it. */
export function RemoteAudio({ tracks }: { tracks: ReadonlyMap<string, RemoteTrack> }) {
  const [blocked, setBlocked] = useState<readonly (() => void)[]>([]);
  const onBlocked = useCallback((play: () => void) => setBlocked((others) => [...others, play]), []);
  const sounds = [...tracks.values()].filter(({ kind }) => kind === 'audio');
  return (
    <>
      {sounds.map(({ trackId, track }) => (
        <Audio key={trackId} track={track} onBlocked={onBlocked} />
      ))}
      {blocked.length > 0 && (
        <div className={css.blocked} role="alert">
          The browser holds the sound back.
          <Button
            primary
            onClick={() => {
              for (const play of blocked) play();
              setBlocked([]);
            }}
          >
            Turn the sound on
          </Button>
        </div>
      )}
    </>
  );
}
