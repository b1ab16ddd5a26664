/** A simulcast layer with the temporal layers up to one: what an SFU can send of a camera. */
export interface LayerSet {
  /** 0 the lowest. */
  spatial: number;
  temporal: number;
  /** Pixels, frames a second. */
  width: number;
  framerate: number;
  /** Of the payload, bit/s. */
  bitrate: number;
  /** On the link, with all headers, bit/s. */
  wireBitrate: number;
}

/** What of a link is for media: the rest is for reports, repair, and the bursts that a steady rate is not. */
export const USABLE_SHARE = 0.9;

/**
 * The best set of layers that a link carries: of those that fit beside the sound, the one with the most pixels, then the most frames,
 * which is the order in which mediasoup climbs.
 *
 * @param sets from the least up
 * @param link bit/s on the wire, `reserved` of which is taken by sound
 * @returns undefined where not even the least fits
 */
export function bestThatFits(
  sets: readonly LayerSet[],
  link: number,
  reserved: number,
): LayerSet | undefined {
  return sets.findLast(({ wireBitrate }) => wireBitrate + reserved <= link * USABLE_SHARE);
}
