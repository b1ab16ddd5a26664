import { AudioMeter } from '@parley/client/audio-meter';
import { useEffect, useRef } from 'react';

/**
 * Calls `onLevel` ten times a second with how loud a track is, 0–1 as `AudioMeter` has it, and with 0 when there is no
 * track any more. It draws nothing again: set a style or an attribute.
 */
export function useAudioLevel(track: MediaStreamTrack | undefined, onLevel: (level: number) => void): void {
  const listener = useRef(onLevel);
  useEffect(() => {
    listener.current = onLevel;
  });
  useEffect(() => {
    if (track === undefined) return;
    const meter = new AudioMeter(track, (level) => listener.current(level));
    return () => {
      meter.close();
      listener.current(0);
    };
  }, [track]);
}
