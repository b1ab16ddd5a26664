import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { proveLimits, stackFor } from './limits.ts';

const OPTIONS = { clients: 40, participants: 10, rooms: 4 };

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start(stackFor(OPTIONS));
}, 90_000);
afterAll(async () => {
  await stack.stop();
  expect(stack.troubles, 'what servers reported').toEqual([]);
});

it('of a crowd from one address exactly as many get in as may, and all places are free again', async () => {
  const waves = await proveLimits(stack, OPTIONS, console.log);
  expect(waves.map((wave) => wave.in)).toEqual([10, 10, 4, 10, 10]);
}, 240_000);
