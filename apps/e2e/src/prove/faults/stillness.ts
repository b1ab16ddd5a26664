/** Frames within {@link MOVING_MS} that say a picture moves. */
const MOVING_FRAMES = 4;
const MOVING_MS = 1500;

/**
 * The longest time that a picture stood still, seconds.
 *
 * @param frames when frames were decoded, ms, in order
 * @param from begins the time that counts, but for what the picture stood still before
 */
export function longestStill(frames: readonly number[], from: number): number {
  let last = frames.findLast((at) => at <= from) ?? from;
  let longest = 0;
  for (const at of frames) {
    if (at <= from) continue;
    longest = Math.max(longest, at - last);
    last = at;
  }
  return longest / 1000;
}

/** Whether a picture moves now. */
export function moves(frames: readonly number[], now: number): boolean {
  return frames.filter((at) => at > now - MOVING_MS).length >= MOVING_FRAMES;
}
