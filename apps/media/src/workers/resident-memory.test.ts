import { expect, it } from 'vitest';
import { residentMemory } from './resident-memory.ts';

it('reads what a process has, and tells when it cannot', async () => {
  const own = process.memoryUsage.rss();
  const read = (await residentMemory(process.pid)) ?? Number.NaN;
  expect(read / own, 'about what Node says').toBeGreaterThan(0.5);
  expect(read / own).toBeLessThan(2);
  expect(await residentMemory(2 ** 30), 'there is no such process').toBeUndefined();
});
