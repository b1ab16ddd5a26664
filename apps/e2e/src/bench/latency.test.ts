import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { benchLatency, LATENCY_STACK, SCENES } from './latency.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start(LATENCY_STACK);
}, 90_000);
afterAll(async () => {
  await stack?.stop();
  expect(stack?.troubles, 'what servers reported').toEqual([]);
});

it('the time at which frames were drawn is read where they are seen, without a node and through one', async () => {
  const load = { rooms: 2, viewers: 2, audioRate: 50 };
  const scenes = await benchLatency(stack, { settle: 0.5, seconds: 2, cpu: 0.7, ...load });
  expect(scenes.map(({ scene }) => scene)).toEqual(SCENES);
  for (const one of scenes) {
    expect(one.frames, JSON.stringify(one)).toBeGreaterThan(one.unread);
    // What came before it was drawn, or a minute later, was read wrongly.
    expect(one.age.p50, JSON.stringify(one)).toBeGreaterThan(one.untilReceipt.p50);
    expect(one.untilReceipt.p50, JSON.stringify(one)).toBeGreaterThan(0);
    expect(one.age.max, JSON.stringify(one)).toBeLessThan(30_000);
  }
  expect(scenes.at(-1)?.cpu).toBeGreaterThan(0);
}, 120_000);
