import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { proveRooms, stackFor } from './rooms.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start(stackFor(20));
}, 90_000);
afterAll(async () => {
  await stack.stop();
  expect(stack.troubles, 'what servers reported').toEqual([]);
});

it('twenty rooms live on one node and one edge, and through a restart of the Worker', async () => {
  const figures = await proveRooms(
    stack,
    {
      rooms: 20,
      rate: 4,
      carrier: 'both',
      joinsPerSecond: 40,
      steadySeconds: 4,
      awaySeconds: 2,
      processes: 1,
      // What the machine has to do beside this may cost it a while.
      maxPauseMs: 8000,
    },
    console.log,
  );
  expect(figures.backMs, 'each came back once').toHaveLength(40);
  expect(figures.steady.roomMessages).toBe(0);
}, 240_000);
