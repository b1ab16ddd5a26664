import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordingOptions } from '@parley/protocol/recording/recording-options';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bucket } from '../storage/bucket.ts';
import { LocalBucket } from '../testing/local-bucket.ts';
import { type PreflightNeeds, preflight } from './preflight.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'parley-preflight-'));
});
afterEach(() => rm(root, { recursive: true }));

const look = (needs: Partial<PreflightNeeds> = {}, options: object = {}) =>
  preflight(
    {
      root: join(root, 'deep', 'down'),
      minFreeBytes: 1,
      nodeId: 'r',
      bucket: undefined,
      finishes: true,
      ...needs,
    },
    RecordingOptions.parse(options),
  );

describe('preflight', () => {
  it('makes the folder, and leaves nothing there', async () => {
    expect(await look()).toBeUndefined();
    expect(await readdir(join(root, 'deep', 'down'))).toEqual([]);
  });

  it('says what to do about a folder that cannot be, and a disk that is full', async () => {
    await writeFile(join(root, 'file'), '');
    expect(await look({ root: join(root, 'file', 'below') })).toMatch(
      /cannot write to .*file\/below \(ENOTDIR\): correct recording\.path/,
    );
    expect(await look({ minFreeBytes: 1e18 })).toMatch(/MB free and keeps 1000000000000 MB so: make room at/);
  });

  it('looks for ffmpeg where a composite is asked for and finished', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = root;
    try {
      expect(await look({}, { mode: 'composite' })).toMatch(/has no ffmpeg.*install it/);
      expect(await look({}, { mode: 'tracks' })).toBeUndefined();
      expect(await look({ finishes: false }, { mode: 'composite' })).toBeUndefined();
    } finally {
      process.env['PATH'] = path;
    }
    expect(() => execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' })).not.toThrow();
    expect(await look({}, { mode: 'composite' })).toBeUndefined();
  });

  it('tells no program the keys of the bucket', async () => {
    const [path, key] = [process.env['PATH'], process.env['AWS_SECRET_ACCESS_KEY']];
    await writeFile(join(root, 'ffmpeg'), `#!/bin/sh\nenv > ${join(root, 'seen')}\n`, { mode: 0o755 });
    process.env['PATH'] = `${root}:${path}`;
    process.env['AWS_SECRET_ACCESS_KEY'] = 'the-secret-of-the-bucket';
    try {
      expect(await look({}, { mode: 'composite' })).toBeUndefined();
    } finally {
      process.env['PATH'] = path;
      if (key === undefined) delete process.env['AWS_SECRET_ACCESS_KEY'];
      else process.env['AWS_SECRET_ACCESS_KEY'] = key;
    }
    const seen = await readFile(join(root, 'seen'), 'utf8');
    expect(seen).toContain(`PATH=${root}`);
    expect(seen).not.toContain('the-secret-of-the-bucket');
  });

  it('says what to do about a bucket that is not there, refuses, or does not answer', async () => {
    const service = await LocalBucket.start();
    const at = (settings: Partial<LocalBucket['settings']>) => ({ ...service.settings, ...settings });
    const ask = async (settings: LocalBucket['settings']) => {
      const bucket = new Bucket(settings);
      return await look({ bucket: { bucket, settings } }).finally(() => bucket.close());
    };
    expect(await ask(at({}))).toBeUndefined();
    expect(await ask(at({ s3_bucket: 'nowhere' }))).toMatch(
      /There is no bucket nowhere .*recording\.s3_bucket/,
    );
    const secret = process.env['AWS_SECRET_ACCESS_KEY'];
    process.env['AWS_SECRET_ACCESS_KEY'] = 'another-secret-than-it-has';
    const refused = await ask(at({}));
    process.env['AWS_SECRET_ACCESS_KEY'] = secret;
    expect(refused).toMatch(/refuses the recorder \(SignatureDoesNotMatch\): check AWS_ACCESS_KEY_ID/);
    expect(refused).not.toContain('another-secret');
    service.away = true;
    expect(await ask(at({}))).toMatch(/does not answer as it should .*check recording\.s3_endpoint/);
    await service.close();
  });
});
