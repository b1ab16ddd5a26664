import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { AudioTrack } from './audio-track.tsx';
import { type BlockedSounds, withSound } from './blocked-sounds.ts';
import { useRemoteTracks } from './use-call.ts';

/** What a `<RoomAudio>` takes. */
export interface RoomAudioProps {
  /** Id of the loudspeaker, of `useDevices()`. Without one, or where it is gone, the system's default one plays. */
  speaker?: string | undefined;
  /** Shown while the browser holds sound back until it sees a click; any click on the page will do, one in here too. */
  children?: ReactNode;
}

/** The sound of the room. Mount it once. */
export function RoomAudio({ speaker, children }: RoomAudioProps) {
  const tracks = useRemoteTracks();
  const [blocked, setBlocked] = useState<BlockedSounds>(new Map());
  const onBlocked = useCallback(
    (track: MediaStreamTrack, play?: () => void) => setBlocked((sounds) => withSound(sounds, track, play)),
    [],
  );
  useEffect(() => {
    if (blocked.size === 0) return;
    const playAll = () => {
      for (const play of blocked.values()) play();
    };
    addEventListener('click', playAll);
    return () => removeEventListener('click', playAll);
  }, [blocked]);
  const sounds = [...tracks.values()].filter(({ kind }) => kind === 'audio');
  return (
    <>
      {sounds.map(({ trackId, track }) => (
        <AudioTrack key={trackId} track={track} speaker={speaker} onBlocked={onBlocked} />
      ))}
      {blocked.size > 0 && children}
    </>
  );
}
