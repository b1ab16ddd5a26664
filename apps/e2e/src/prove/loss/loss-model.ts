/** Tells of each packet in turn whether it is lost; the same for the same seed. */
export type LossModel = () => boolean;

/** Each packet alone is lost, or not. @param share 0–1 */
export function randomLoss(share: number, seed: number): LossModel {
  const random = generator(seed);
  return () => random() < share;
}

/**
 * Packets are lost in bursts: Gilbert's model (The Bell System Technical Journal 39, 1960) whose bad state loses all and whose good
 * state loses nothing.
 *
 * @param share of all packets, 0–1 without the ends
 * @param length of a burst, packets on average
 */
export function burstLoss(share: number, length: number, seed: number): LossModel {
  const random = generator(seed);
  const end = 1 / length;
  const begin = (end * share) / (1 - share);
  let isBad = false;
  return () => {
    isBad = random() < (isBad ? 1 - end : begin);
    return isBad;
  };
}

/** Numbers from 0 to 1: mulberry32. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
