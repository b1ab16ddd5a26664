import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheDir, findCached, install, removeLeftovers, workerPath } from './cache.ts';

describe('cacheDir', () => {
  it('follows the XDG base directories', () => {
    expect(cacheDir({ XDG_CACHE_HOME: '/var/cache/me', HOME: '/home/me' })).toBe(
      '/var/cache/me/parley/mediasoup-worker',
    );
    expect(cacheDir({ HOME: '/home/me' })).toBe('/home/me/.cache/parley/mediasoup-worker');
    expect(cacheDir({ XDG_CACHE_HOME: 'relative', HOME: '/home/me' })).toBe(
      '/home/me/.cache/parley/mediasoup-worker',
    );
  });
});

describe('entries', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'parley-cache-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const binary = async (exitCode: number) => {
    const file = path.join(dir, `binary-${exitCode}`);
    await writeFile(file, `#!/bin/sh\nexit ${exitCode}\n`);
    return file;
  };

  it('holds the worker and where it came from', async () => {
    const entry = path.join(dir, 'entry');
    const installed = await install(entry, await binary(41), {
      source: 'built',
      libsrtp: 'source with OpenSSL',
      seconds: 7,
    });
    expect(installed).toBe(workerPath(entry));
    expect(await findCached(entry)).toBe(installed);
    const origin: unknown = JSON.parse(await readFile(path.join(entry, 'origin.json'), 'utf8'));
    expect(origin).toMatchObject({ source: 'built', libsrtp: 'source with OpenSSL', seconds: 7 });
    expect((await readdir(dir)).sort()).toEqual(['binary-41', 'entry']);
  });

  it('does not offer a worker that no longer starts, and replaces it', async () => {
    const entry = path.join(dir, 'entry');
    await install(entry, await binary(127), { source: 'built' });
    expect(await findCached(entry)).toBeUndefined();
    await install(entry, await binary(41), { source: 'built' });
    expect(await findCached(entry)).toBe(workerPath(entry));
  });

  it('leaves nothing behind when it cannot install', async () => {
    const entry = path.join(dir, 'entry');
    await expect(install(entry, path.join(dir, 'missing'), { source: 'built' })).rejects.toThrow('ENOENT');
    expect(await readdir(dir)).toEqual([]);
  });

  it('clears away old work of killed processes only', async () => {
    const old = new Date(Date.now() - 24 * 60 * 60 * 1000);
    for (const name of ['3.27.1-abc', '3.27.1-abc.work-old', '3.27.1-abc.work-new', '3.27.1-abc.new-old']) {
      await mkdir(path.join(dir, name));
      if (!name.endsWith('.work-new')) await utimes(path.join(dir, name), old, old);
    }
    await removeLeftovers(dir);
    expect((await readdir(dir)).sort()).toEqual(['3.27.1-abc', '3.27.1-abc.work-new']);
  });
});
