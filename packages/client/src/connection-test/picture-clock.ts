/** Bits of the time that a test picture shows: it begins anew every 65.5 s. */
export const BITS = 16;
const PERIOD = 2 ** BITS;

/** The blocks that show a time in a row: true is white. @param at milliseconds */
export function clockBlocks(at: number): boolean[] {
  const value = Math.floor(at) % PERIOD;
  return Array.from({ length: BITS }, (_, bit) => ((value >> bit) & 1) === 1);
}

/**
 * How long ago a picture was drawn, milliseconds.
 *
 * @param row brightness of each block, 0–255
 * @param inverse the same of the row below, which shows the opposite
 * @param now milliseconds, of the clock that the picture was drawn by
 * @returns undefined when the blocks cannot be told apart, or tell of a time to come; else below 32.8 s
 */
export function readClock(
  row: readonly number[],
  inverse: readonly number[],
  now: number,
): number | undefined {
  let value = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const difference = (row[bit] ?? 0) - (inverse[bit] ?? 0);
    if (Math.abs(difference) < 64) return undefined;
    if (difference > 0) value += 2 ** bit;
  }
  const age = (((Math.floor(now) - value) % PERIOD) + PERIOD) % PERIOD;
  // What would be older than half a period is from a time to come: misread.
  return age < PERIOD / 2 ? age : undefined;
}
