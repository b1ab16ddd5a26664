import { type ComponentPropsWithoutRef, useEffect, useRef, useState } from 'react';
import { useCallIfAny } from './parley-provider.tsx';

/** What a `<VideoTrack>` takes: what a `<video>` does, and its track. */
export interface VideoTrackProps extends ComponentPropsWithoutRef<'video'> {
  track: MediaStreamTrack;
}

/**
 * Plays a video track; sound is not its business. Takes what a `<video>` takes, and has `data-shown` once the first
 * frame is there: until then it is best left invisible. One of the others' in the call around it is attached: how large it is seen
 * decides what is sent of it.
 */
export function VideoTrack({ track, onLoadedData, ...rest }: VideoTrackProps) {
  const ref = useRef<HTMLVideoElement>(null);
  const [shown, setShown] = useState(false);
  const call = useCallIfAny();
  useEffect(() => {
    const video = ref.current;
    if (video === null) return;
    setShown(false);
    const remote = [...(call?.remoteTracks.values() ?? [])].find((one) => one.track === track);
    if (call && remote) return call.attach(remote.trackId, video);
    video.srcObject = new MediaStream([track]);
    return () => {
      video.srcObject = null;
    };
  }, [track, call]);
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
