import { describe, expect, it } from 'vitest';
import { SerialQueue } from './serial-queue.ts';

describe('SerialQueue', () => {
  it('runs tasks in order, one at a time, also after a failure', async () => {
    const queue = new SerialQueue(10);
    const log: string[] = [];
    const task = (name: string, ms: number) => async () => {
      log.push(`${name} starts`);
      await new Promise((resolve) => setTimeout(resolve, ms));
      log.push(`${name} ends`);
      if (name === 'a') throw new Error('a fails');
      return name;
    };
    const results = await Promise.allSettled([queue.run(task('a', 10)), queue.run(task('b', 0))]);
    expect(log, 'b waited for a').toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('refuses what passes its bound, and takes more when there is room again', async () => {
    const queue = new SerialQueue(2);
    const first = queue.run(() => undefined);
    queue.run(() => undefined);
    expect(
      queue.run(() => undefined),
      'two are waiting already',
    ).toBeUndefined();
    await first;
    expect(queue.run(() => 'third')).toBeDefined();
  });
});
