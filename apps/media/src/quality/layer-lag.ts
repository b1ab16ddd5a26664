/** What is sent of a video, beside what should be. */
export interface SentLayer {
  /** The layer that is sent. */
  sent: number;
  /** The best that may be and that its publisher sends. */
  due: number;
  /** Whether the estimate is too small for all that is wanted. */
  tight: boolean;
}

/** Whether a video has been below what it should be for a while. */
export interface Lag {
  /** The layer that it is kept at, once it has lasted. */
  layer?: number | undefined;
  /** Since when it has been otherwise than `layer` says, ms. */
  since?: number | undefined;
}

/** A video has to be below for so long until that is more than a moment; and no more for so long until it is over, ms. */
const LASTS_MS = { below: 4000, over: 2000 } as const;

/** Follows what is sent of a video by what the link carries. @param now ms */
export function followLayer({ layer, since }: Lag, { sent, due, tight }: SentLayer, now: number): Lag {
  const isBelow = sent < due;
  // A layer that has just been asked for is not there at once, on the best of links.
  if (layer === undefined && (!isBelow || !tight)) return {};
  const is = isBelow ? sent : undefined;
  if (is === layer) return { layer };
  const begun = since ?? now;
  const lasts = is === undefined ? LASTS_MS.over : LASTS_MS.below;
  return now - begun >= lasts ? { layer: is } : { layer, since: begun };
}
