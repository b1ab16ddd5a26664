import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeBucket, type Radosgw, startRadosgw } from './radosgw.ts';

const KEYS = { accessKeyId: 'test-key', secretAccessKey: 'test-secret' };
/** 268 MB of packages, which the proofs by hand need and CI does not. */
const isHere = existsSync('/usr/bin/radosgw');

let folder: string;
let gateway: Radosgw | undefined;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'parley-radosgw-'));
});
afterAll(async () => {
  await gateway?.close();
  await rm(folder, { recursive: true, force: true });
});

it.runIf(isHere)('a gateway comes up, and keeps what it is given', async () => {
  gateway = await startRadosgw({ folder, ...KEYS });
  const bucket = await makeBucket(gateway, 'recordings', KEYS);
  await bucket.put('r1/1/a b.webm', new Uint8Array(1000));
  await bucket.put('r2/1/a.webm', new Uint8Array(10));
  expect(await bucket.list('r1/')).toEqual([{ key: 'r1/1/a b.webm', bytes: 1000 }]);
  expect(await bucket.list()).toHaveLength(2);
  expect(await bucket.get('r2/1/a.webm')).toEqual(Buffer.alloc(10));
});
