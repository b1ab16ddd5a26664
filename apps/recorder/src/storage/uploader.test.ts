import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@parley/service/testing/inbox';
import { ThrottledLog } from '@parley/service/throttled-log';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Bucket } from './bucket.ts';
import { Uploader } from './uploader.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-uploader-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

it('takes no file for gone because that of the bucket’s keys is', async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(folder, 'token'));
  vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::1:role/recorder');
  const settings = {
    s3_bucket: 'recordings',
    s3_region: 'us-east-1',
    s3_endpoint: 'http://127.0.0.1:9',
    s3_prefix: '',
  };
  let retries = 0;
  const bucket = new Bucket(settings);
  const events = new ThrottledLog(pino({ level: 'silent' }));
  const meter = { uploaded: () => undefined, retried: () => (retries += 1) };
  const uploader = new Uploader({ bucket, settings, events, meter });
  const local = join(folder, 'segment.webm');
  await writeFile(local, 'a segment');
  const stop = new AbortController();
  let outcome: unknown;
  const upload = uploader.upload('rec', '1/t/0.webm', local, 9, stop.signal).then(
    (isThere) => (outcome = isThere),
    (error: unknown) => (outcome = error),
  );
  await until(() => retries > 0 || outcome !== undefined, 'a first try');
  expect(outcome, 'it is tried again').toBeUndefined();
  stop.abort();
  await upload;
  bucket.close();
});
