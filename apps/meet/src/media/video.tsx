import { useEffect, useRef, useState } from 'react';
import css from './video.module.css';

export interface VideoProps {
  track: MediaStreamTrack;
  /** Said by screen readers. */
  label: string;
  /** People expect to see themselves as in a mirror. */
  mirrored?: boolean;
  /** Show all of it with bars, instead of filling the space. */
  whole?: boolean;
}

/** Plays a video track, invisible until its first frame is there. Sound is not its business. */
export function Video({ track, label, mirrored = false, whole = false }: VideoProps) {
  const ref = useRef<HTMLVideoElement>(null);
  const [hasFrames, setHasFrames] = useState(false);
  useEffect(() => {
    const video = ref.current;
    if (video === null) return;
    setHasFrames(false);
    video.srcObject = new MediaStream([track]);
    return () => {
      video.srcObject = null;
    };
  }, [track]);
  const classes = [css.video, mirrored && css.mirrored, whole && css.whole, hasFrames && css.shown];
  return (
    <video
      ref={ref}
      className={classes.filter(Boolean).join(' ')}
      aria-label={label}
      onLoadedData={() => setHasFrames(true)}
      autoPlay
      muted
      playsInline
    />
  );
}
