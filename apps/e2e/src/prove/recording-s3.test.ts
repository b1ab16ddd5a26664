import { afterAll, beforeAll, expect, it } from 'vitest';
import { S3Stack } from '../recording/s3/s3-stack.ts';
import { describeS3, proveS3 } from './recording-s3.ts';

let all: S3Stack;
beforeAll(async () => {
  all = await S3Stack.start('r2');
}, 90_000);
afterAll(() => all?.stop());

it('a bucket that refuses, is slow, breaks uploads and is gone costs nothing, and nothing comes twice', async () => {
  const figures = await proveS3(all, { seconds: 2, goneSeconds: 3 });
  expect(figures.wrong, describeS3('r2', figures)).toEqual([]);
  expect(figures.segments).toBeGreaterThan(7);
}, 240_000);
