import { expect, it } from 'vitest';
import { workerCount } from './worker-count.ts';

it('is what is configured, else one a core, as long as the ports suffice', () => {
  expect(workerCount(20_000, 8, 2)).toBe(8);
  expect(workerCount(20_000, undefined, 3)).toBe(3);
  expect(workerCount(65_533, 3, 2)).toBe(3);
  for (const [threads, cores] of [
    [3, 1],
    [undefined, 3],
  ] as const) {
    expect(() => workerCount(65_534, threads, cores)).toThrow(
      'PARLEY_RTC_PORT: 3 workers from port 65534 on pass 65535',
    );
  }
});
