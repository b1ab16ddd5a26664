import type { RemoteTrack } from '@parley/client/subscriber';
import { useCallback, useEffect, useState } from 'react';
import { Audio } from '../media/audio.tsx';
import { Button } from '../ui/button.tsx';
import { type BlockedSounds, withSound } from './blocked-sounds.ts';
import css from './remote-audio.module.css';

/** The sound of the room, and a button where the browser wants a click for it. */
export function RemoteAudio({ tracks }: { tracks: ReadonlyMap<string, RemoteTrack> }) {
  const [blocked, setBlocked] = useState<BlockedSounds>(new Map());
  const onBlocked = useCallback(
    (trackId: string, play?: () => void) => setBlocked((sounds) => withSound(sounds, trackId, play)),
    [],
  );
  useEffect(() => {
    if (blocked.size === 0) return;
    const playAll = () => {
      for (const play of blocked.values()) play();
    };
    // Any click will do for the browser, that on the button below too.
    addEventListener('click', playAll);
    return () => removeEventListener('click', playAll);
  }, [blocked]);
  const sounds = [...tracks.values()].filter(({ kind }) => kind === 'audio');
  return (
    <>
      {sounds.map(({ trackId, track }) => (
        <Audio key={trackId} trackId={trackId} track={track} onBlocked={onBlocked} />
      ))}
      {blocked.size > 0 && (
        <div className={css.blocked} role="alert">
          The browser holds the sound back.
          <Button primary>Turn the sound on</Button>
        </div>
      )}
    </>
  );
}
