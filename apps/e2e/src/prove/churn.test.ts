import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { CHURN_STACK, proveChurn } from './churn.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start(CHURN_STACK);
}, 90_000);
afterAll(async () => {
  await stack.stop();
  expect(stack.troubles, 'what servers reported').toEqual([]);
});

it('forty who come and go, half of them without goodbye, leave nothing behind', async () => {
  const { rounds } = await proveChurn(stack, { joins: 40, rounds: 1, together: 6 }, console.log);
  expect(rounds).toMatchObject([{ joins: 40, goodbyes: 20, direct: 20, sessionsOpened: 40 }]);
  const [round] = rounds;
  expect(round?.heard, 'most got media').toBeGreaterThan(26);
  expect(round?.unnoticed.media.transports, 'those who vanished were there').toBeGreaterThan(0);
}, 400_000);
