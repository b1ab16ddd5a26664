import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { proveWebhooks, startReceiver } from './webhooks.ts';

let stack: Stack;
let receiver: Awaited<ReturnType<typeof startReceiver>>['receiver'];
beforeAll(async () => {
  const started = await startReceiver();
  receiver = started.receiver;
  stack = await Stack.start(started.options);
}, 90_000);
afterAll(async () => {
  await receiver.down();
  await stack.stop();
  expect(stack.troubles, 'what servers reported').toEqual([]);
});

it('what happens while the receiver is down and the Worker restarts arrives in order, none missing', async () => {
  const figures = await proveWebhooks(stack, receiver, { rooms: 2, downSeconds: 10 }, console.log);
  expect(figures.missed).toBeGreaterThan(10);
  expect(figures.calls, 'one room was made anew').toBe(3);
}, 240_000);
