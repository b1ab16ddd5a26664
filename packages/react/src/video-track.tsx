import { type ComponentPropsWithoutRef, useEffect, useRef, useState } from 'react';

/** What a `<VideoTrack>` takes: what a `<video>` does, and its track. */
export interface VideoTrackProps extends ComponentPropsWithoutRef<'video'> {
  track: MediaStreamTrack;
}

/**
 * Plays a video track; sound is not its business. Takes what a `<video>` takes, and has `data-shown` once the first
 * frame is there: until then it is best left invisible.
 */
export function VideoTrack({ track, onLoadedData, ...rest }: VideoTrackProps) {
  const ref = useRef<HTMLVideoElement>(null);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const video = ref.current;
    if (video === null) return;
    setShown(false);
    video.srcObject = new MediaStream([track]);
    return () => {
      video.srcObject = null;
    };
  }, [track]);
  return (
    <video
      autoPlay
      playsInline
      {...rest}
      ref={ref}
      muted
      data-shown={shown ? '' : undefined}
      onLoadedData={(event) => {
        setShown(true);
        onLoadedData?.(event);
      }}
    />
  );
}
