import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import { LimiterObject } from './limiter-object.ts';
import { RequestBucket } from './request-bucket.ts';

const PER_MINUTE = 60;
/** An object that nobody calls may be forgotten after this, milliseconds. */
const FORGOTTEN = 10_000;

const withStorage = (what: (storage: DurableObjectStorage) => void) =>
  runInDurableObject(LimiterObject.ofAddress(env, '203.0.113.9'), (_, { storage }) => what(storage));

/** How many requests get through at once. */
function takeAll(bucket: RequestBucket, now: number): number {
  let taken = 0;
  while (bucket.take(now, PER_MINUTE) === 0) taken += 1;
  return taken;
}

it('lets through what the limit says and no more, and hardly less, however often its object is forgotten', async () => {
  await withStorage((storage) => {
    let now = 1_000_000;
    let taken = takeAll(new RequestBucket(storage), now);
    expect(taken).toBe(PER_MINUTE);
    for (let round = 0; round < 6; round++) {
      now += FORGOTTEN;
      taken += takeAll(new RequestBucket(storage), now);
    }
    expect(taken).toBeLessThanOrEqual(2 * PER_MINUTE);
    expect(taken).toBeGreaterThan(1.8 * PER_MINUTE);
  });
});

it('writes seldom', async () => {
  await withStorage((storage) => {
    const put = vi.spyOn(storage.kv, 'put');
    const bucket = new RequestBucket(storage);
    let now = 1_000_000;
    takeAll(bucket, now);
    expect(put.mock.calls.length, 'a minute’s worth at once').toBeLessThanOrEqual(30);
    put.mockClear();
    for (let second = 0; second < 60; second++) {
      now += 1_000;
      takeAll(bucket, now);
    }
    expect(put.mock.calls.length, 'as many a second as come back').toBeLessThanOrEqual(30);
  });
});
