import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureWorker } from './ensure.ts';
import { findMediasoup } from './mediasoup-package.ts';
import { downloadPrebuilt, prebuiltArchiveName, prebuiltUrl } from './prebuilt.ts';
import type { Progress } from './progress.ts';

let dir: string;
let server: Server;
let requests: string[];
let archive: Buffer | undefined;
let env: NodeJS.ProcessEnv;
let notes: string[];
const progress: Progress = { note: (text) => notes.push(text), update: () => {} };

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'parley-ensure-'));
  requests = [];
  notes = [];
  archive = undefined;
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (archive) response.end(archive);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  env = {
    XDG_CACHE_HOME: dir,
    MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: `http://127.0.0.1:${port}/download`,
  };
});

afterEach(async () => {
  server.close();
  await rm(dir, { recursive: true });
});

/** An archive like mediasoup's, with a script in place of the worker. */
async function archiveOf(script: string): Promise<Buffer> {
  const contents = await mkdtemp(path.join(dir, 'archive-'));
  await writeFile(path.join(contents, 'mediasoup-worker'), script);
  const file = path.join(contents, 'archive.tgz');
  await promisify(execFile)('tar', ['-czf', file, '-C', contents, 'mediasoup-worker']);
  return readFile(file);
}

describe('ensureWorker with MEDIASOUP_WORKER_BIN', () => {
  it('takes an executable file', async () => {
    const file = path.join(dir, 'my-worker');
    await writeFile(file, '#!/bin/sh\n');
    await chmod(file, 0o755);
    expect(await ensureWorker({ env: { MEDIASOUP_WORKER_BIN: file }, progress })).toEqual({
      path: file,
      source: 'env',
    });
  });

  it.each([
    ['a missing file', () => path.join(dir, 'missing')],
    ['a folder', () => dir],
  ])('refuses %s and says so', async (_, file) => {
    await expect(ensureWorker({ env: { MEDIASOUP_WORKER_BIN: file() }, progress })).rejects.toMatchObject({
      code: 'worker_bin_invalid',
      message: expect.stringContaining(file()),
    });
  });
});

describe('ensureWorker with a prebuilt worker', () => {
  it('downloads it once and finds it in the cache afterwards', async () => {
    archive = await archiveOf('#!/bin/sh\nexit 41\n');
    const { version } = await findMediasoup();
    const first = await ensureWorker({ env, progress });
    expect(first.source).toBe('prebuilt');
    expect(first.path.startsWith(path.join(dir, 'parley', 'mediasoup-worker'))).toBe(true);
    expect(requests).toEqual([`/download/${version}/${prebuiltArchiveName(version)}`]);

    expect(await ensureWorker({ env, progress })).toEqual({ path: first.path, source: 'cached' });
    expect(requests).toHaveLength(1);
    // Nothing of the work is left: no lock, no unfinished folder.
    expect(await readdir(path.join(dir, 'parley', 'mediasoup-worker'))).toHaveLength(1);
  });

  it('downloads it once for several that ask at the same time', async () => {
    archive = await archiveOf('#!/bin/sh\nexit 41\n');
    const workers = await Promise.all([1, 2, 3].map(() => ensureWorker({ env, progress })));
    expect(workers.map(({ source }) => source).sort()).toEqual(['cached', 'cached', 'prebuilt']);
    expect(new Set(workers.map((worker) => worker.path)).size).toBe(1);
    expect(requests).toHaveLength(1);
  });
});

describe('downloadPrebuilt', () => {
  const download = async (more: NodeJS.ProcessEnv = {}) =>
    downloadPrebuilt({ mediasoup: await findMediasoup(), workDir: dir, env: { ...env, ...more }, progress });

  it('says when there is none for this machine', async () => {
    expect(await download()).toEqual({ reason: expect.stringContaining('there is none') });
  });

  it('says when it does not start here', async () => {
    archive = await archiveOf('#!/bin/sh\necho "GLIBC_2.99 not found" >&2\nexit 1\n');
    expect(await download()).toEqual({ reason: expect.stringContaining('does not start') });
  });

  it('says when the archive is damaged', async () => {
    archive = (await archiveOf('#!/bin/sh\nexit 41\n')).subarray(0, 60);
    expect(await download()).toEqual({ reason: expect.stringContaining('unpacked') });
  });

  it('says when the server cannot be reached', async () => {
    const result = await download({ MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: 'http://parley.invalid' });
    expect(result).toEqual({ reason: expect.stringContaining('parley.invalid') });
  });
});

describe('the name of the prebuilt archive', () => {
  it('is the one that mediasoup gives it', async () => {
    expect(prebuiltArchiveName('3.27.1', 'linux', 'x64', '6.1.0-18-amd64')).toBe(
      'mediasoup-worker-3.27.1-linux-x64-kernel6.tgz',
    );
    expect(prebuiltArchiveName('3.27.1', 'darwin', 'arm64', '25.0.0')).toBe(
      'mediasoup-worker-3.27.1-darwin-arm64.tgz',
    );
    const mediasoup = {
      version: '3.27.1',
      workerDir: '',
      repositoryUrl: 'https://github.com/versatica/mediasoup',
    };
    expect(prebuiltUrl(mediasoup, {})).toBe(
      `https://github.com/versatica/mediasoup/releases/download/3.27.1/${prebuiltArchiveName('3.27.1')}`,
    );
  });
});
