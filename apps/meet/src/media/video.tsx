import { VideoTrack } from '@parley/react';
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

/** A video track that fills its parent, invisible until its first frame is there. */
export function Video({ track, label, mirrored = false, whole = false }: VideoProps) {
  const classes = [css.video, mirrored && css.mirrored, whole && css.whole];
  return <VideoTrack track={track} className={classes.filter(Boolean).join(' ')} aria-label={label} />;
}
