import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { IDLE_STACK, proveIdle } from './idle.ts';

/** A Room sleeps 10 s after the last word. */
const SECONDS = 15;

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start(IDLE_STACK);
}, 90_000);
afterAll(async () => {
  await stack.stop();
  expect(stack.troubles, 'what servers reported').toEqual([]);
});

it('the Room sleeps through an idle call, and wakes with the room intact', async () => {
  const { calls, linkMessages } = await proveIdle(stack, { seconds: SECONDS }, console.log);
  expect(linkMessages, 'between node and Rooms').toBe(0);
  expect(calls).toMatchObject([
    { carrier: 'direct', idle: 0, woke: 0 },
    { carrier: 'relay', idle: 0, woke: 0 },
  ]);
  // 2 tracks at 2 bots, of which sound alone has 10 packets a second.
  for (const { packets } of calls) expect(packets, 'media flowed').toBeGreaterThan(SECONDS * 2 * 10 * 0.5);
}, 180_000);
