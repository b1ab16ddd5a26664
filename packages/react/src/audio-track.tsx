import { canChooseSpeaker, useSpeaker as playThrough } from '@parley/client/devices';
import { useEffect, useRef } from 'react';

/** What an `<AudioTrack>` takes. */
export interface AudioTrackProps {
  track: MediaStreamTrack;
  /** Id of the loudspeaker, of `useDevices()`. Without one, or where it is gone, the system's default one plays. */
  speaker?: string | undefined;
  /**
   * The browser wants a click before it plays this: `play` tries again. Without `play` it plays after all, or is gone.
   * Keep it the same function between renderings.
   */
  onBlocked?: (track: MediaStreamTrack, play?: () => void) => void;
}

/** Plays an audio track, unseen. */
export function AudioTrack({ track, speaker = '', onBlocked }: AudioTrackProps) {
  const ref = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = ref.current;
    if (audio === null) return;
    audio.srcObject = new MediaStream([track]);
    audio.play().catch((error: unknown) => {
      // An `AbortError` only says that the element was taken away meanwhile.
      if (error instanceof DOMException && error.name === 'NotAllowedError') {
        onBlocked?.(track, () => void audio.play().catch(() => undefined));
      }
    });
    return () => {
      audio.srcObject = null;
      onBlocked?.(track);
    };
  }, [track, onBlocked]);
  useEffect(() => {
    if (ref.current !== null && canChooseSpeaker()) playThrough(ref.current, speaker).catch(() => undefined);
  }, [speaker]);
  // biome-ignore lint/a11y/useMediaCaption: live speech has no captions to show
  return <audio ref={ref} onPlaying={() => onBlocked?.(track)} autoPlay />;
}
