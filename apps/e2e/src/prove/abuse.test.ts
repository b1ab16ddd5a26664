import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { describeAbuse, proveAbuse } from './abuse.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await Stack.start({ nodeEnv: { PARLEY_PERFORMANCE_WORKER_THREADS: '2' } });
}, 90_000);
afterAll(() => stack.stop());

it('nothing that strangers send harms the servers, or a call beside it', { timeout: 240_000 }, async () => {
  // Always the same here, so that a change is not blamed for what was there before; `pnpm prove:abuse` draws new ones.
  const seed = Number(process.env['SEED'] ?? 1795489627);
  const short = {
    messages: 500,
    sdps: 100,
    packets: 5000,
    packetsPerSecond: 400,
    controlSeconds: 5,
    expiry: false,
  };
  const figures = await proveAbuse(stack, { seed, ...short }, () => undefined);
  console.log(`Seed ${seed}\n${describeAbuse(figures)}`);
  expect(stack.troubles).toEqual([]);
});
