import { expect, it } from 'vitest';
import { orAborted, sleep, until } from './until.ts';

const never = new AbortController().signal;

it('waits until something is seen, and gives up', async () => {
  let looks = 0;
  expect(await until(() => (++looks === 2 ? 'seen' : undefined), 5_000, never)).toBe('seen');
  expect(await until(() => undefined, 0, never)).toBeUndefined();
});

it('ends with its signal', async () => {
  const stop = new AbortController();
  const waiting = [
    until(() => undefined, 60_000, stop.signal),
    sleep(60_000, stop.signal),
    orAborted(new Promise(() => undefined), stop.signal),
  ];
  stop.abort(new Error('stopped'));
  for (const one of waiting) await expect(one).rejects.toThrow('stopped');
  await expect(orAborted(Promise.resolve(), stop.signal)).rejects.toThrow('stopped');
});
