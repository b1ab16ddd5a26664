import { expect, it } from 'vitest';
import { burstLoss, type LossModel, randomLoss } from './loss-model.ts';

const COUNT = 100_000;

/** The share that is lost, and how long bursts of it are. */
function measure(isLost: LossModel): { share: number; length: number } {
  const packets = Array.from({ length: COUNT }, isLost);
  const lost = packets.filter(Boolean).length;
  const bursts = packets.filter((one, index) => one && packets[index - 1] !== true).length;
  return { share: lost / COUNT, length: lost / bursts };
}

it('random losses have nothing to do with each other', () => {
  const { share, length } = measure(randomLoss(0.05, 1));
  expect(share).toBeCloseTo(0.05, 2);
  expect(length).toBeCloseTo(1 / 0.95, 1);
});

it('bursts are as long as said, and all together as many', () => {
  const { share, length } = measure(burstLoss(0.2, 5, 1));
  expect(share).toBeCloseTo(0.2, 1);
  expect(length).toBeCloseTo(5, 0);
});

it('the same seed loses the same packets, another one others', () => {
  const some = (seed: number) => Array.from({ length: 1000 }, burstLoss(0.2, 5, seed)).join();
  expect(some(7)).toBe(some(7));
  expect(some(7)).not.toBe(some(8));
});
