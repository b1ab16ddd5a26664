import { expect, it } from 'vitest';
import { edgeConfig } from './edge-config.ts';
import { ROOT } from './processes.ts';

const keys = { accessKeyId: 'the-id', secretAccessKey: 'the-secret' };

it('opens the bucket to the keys, and names every file by its whole path', () => {
  const text = edgeConfig(keys);
  expect(text).toContain(`main = "${ROOT}apps/signaling/src/worker.ts"`);
  expect(text).toContain(`directory = "${ROOT}apps/meet/dist"`);
  expect(text).toMatch(
    /bucket_name = "recordings"\n\[r2_buckets\.local_dev\.experimental_s3_credentials\]\naccessKeyId = "the-id"\nsecretAccessKey = "the-secret"\n/,
  );
});

it('says what it misses', () => {
  expect(() => edgeConfig(keys, 'main = "a.ts"\n')).toThrow('wrangler.toml has no line bucket_name');
});
