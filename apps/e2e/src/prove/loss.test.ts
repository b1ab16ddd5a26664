import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { LOSS_STACK, proveLoss } from './loss.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start(LOSS_STACK);
}, 90_000);
afterAll(async () => {
  await stack?.stop();
  expect(stack?.troubles, 'what servers reported').toEqual([]);
});

it('of the sound that a link loses more comes through where it is asked for again', async () => {
  const options = { losses: ['5% random'], repairs: ['nothing', 'nack'], warmUp: 1, seconds: 8 } as const;
  const outcomes = await proveLoss(stack, options, console.log);
  for (const link of ['publisher', 'viewer']) {
    const [without, asked] = outcomes.filter((one) => one.link === link);
    expect(without?.lost, `the ${link}’s link loses`).toBeGreaterThan(0.02);
    expect(asked?.concealed, `made up where the ${link}’s link loses`).toBeLessThan(without?.concealed ?? 0);
    expect(asked?.framesPerSecond).toBeGreaterThan(0);
  }
}, 120_000);
