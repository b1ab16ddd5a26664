import { useEffect, useRef } from 'react';

export interface AudioProps {
  trackId: string;
  track: MediaStreamTrack;
  /** The browser wants a click before it plays this; without `play`, it does not or not any more. */
  onBlocked: (trackId: string, play?: () => void) => void;
}

/** Plays an audio track, unseen. */
export function Audio({ trackId, track, onBlocked }: AudioProps) {
  const ref = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = ref.current;
    if (audio === null) return;
    audio.srcObject = new MediaStream([track]);
    audio.play().catch((error: unknown) => {
      // An `AbortError` only says that the element was taken away meanwhile.
      if (error instanceof DOMException && error.name === 'NotAllowedError') {
        onBlocked(trackId, () => void audio.play().catch(() => undefined));
      }
    });
    return () => {
      audio.srcObject = null;
      onBlocked(trackId);
    };
  }, [trackId, track, onBlocked]);
  // biome-ignore lint/a11y/useMediaCaption: live speech has no captions to show
  return <audio ref={ref} onPlaying={() => onBlocked(trackId)} autoPlay />;
}
