import { expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { memoryCosts, packetCosts } from './cost.ts';

it('finds what packets and objects cost', { timeout: 180_000 }, async () => {
  const memory = await memoryCosts(100);
  expect(memory.transport, 'a transport takes more than a kilobyte').toBeGreaterThan(1024);
  const stack = await Stack.start({
    nodeEnv: { PARLEY_PERFORMANCE_WORKER_THREADS: '1' },
    edgeEnv: { PARLEY_SECURITY_RATE_LIMIT_ENABLED: 'false' },
  });
  try {
    const costs = await packetCosts(stack, { seconds: 3, settleSeconds: 2, rooms: 4, viewers: 4 });
    expect(costs.in, JSON.stringify(costs)).toBeGreaterThan(0);
    expect(costs.out, JSON.stringify(costs)).toBeGreaterThan(0);
    expect(costs.sender, JSON.stringify(costs)).toBeGreaterThan(0);
  } finally {
    await stack.stop();
  }
});
