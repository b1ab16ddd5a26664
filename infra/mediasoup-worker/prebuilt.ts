/**
 * The worker that the mediasoup project builds for each release and offers on GitHub. Named, downloaded and checked as
 * mediasoup's own postinstall does it (npm-scripts.mjs), but kept in our cache instead of node_modules.
 */
import { spawn } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { MediasoupPackage } from './mediasoup-package.ts';
import type { Progress } from './progress.ts';
import { startsHere } from './worker-check.ts';

/** A machine without internet should notice soon: this long may the server take to answer. */
const ANSWER_TIMEOUT_MS = 6000;
/** This long may a download stand still. */
const STALL_TIMEOUT_MS = 20_000;

/** What `downloadPrebuilt` needs. */
export interface PrebuiltOptions {
  mediasoup: MediasoupPackage;
  /** An empty folder to work in. */
  workDir: string;
  env: NodeJS.ProcessEnv;
  progress: Progress;
  signal?: AbortSignal;
}

/** A downloaded worker, or why there is none. */
export type PrebuiltResult = { binary: string; url: string } | { reason: string };

/** The name of the archive for this machine: `mediasoup-worker-3.27.1-linux-x64-kernel6.tgz`. */
export function prebuiltArchiveName(
  version: string,
  platform: string = os.platform(),
  arch: string = os.arch(),
  release: string = os.release(),
): string {
  const kernel = platform === 'linux' ? `-kernel${Number(release.split('.')[0])}` : '';
  return `mediasoup-worker-${version}-${platform}-${arch}${kernel}.tgz`;
}

/** Where the archive is; MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL, mediasoup's own variable, names another server. */
export function prebuiltUrl(mediasoup: MediasoupPackage, env: NodeJS.ProcessEnv): string {
  const base =
    env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL || `${mediasoup.repositoryUrl}/releases/download`;
  return `${base}/${mediasoup.version}/${prebuiltArchiveName(mediasoup.version)}`;
}

/** Downloads and unpacks the prebuilt worker. That it cannot be had, or does not start here, is an answer, no error. */
export async function downloadPrebuilt(options: PrebuiltOptions): Promise<PrebuiltResult> {
  const { mediasoup, workDir, env, progress, signal } = options;
  const url = prebuiltUrl(mediasoup, env);
  progress.update(`Looking for a prebuilt mediasoup worker: ${url}`);
  try {
    await downloadAndUnpack(url, workDir, progress, signal);
  } catch (error) {
    signal?.throwIfAborted();
    return { reason: describe(error) };
  }
  const binary = path.join(
    workDir,
    process.platform === 'win32' ? 'mediasoup-worker.exe' : 'mediasoup-worker',
  );
  await chmod(binary, 0o755).catch(() => {});
  if (!(await startsHere(binary))) return { reason: 'it does not start on this system' };
  return { binary, url };
}

async function downloadAndUnpack(
  url: string,
  workDir: string,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const timeout = new AbortController();
  const abort = (ms: number) =>
    setTimeout(() => timeout.abort(new Error(`no answer for ${ms / 1000} s`)), ms);
  let timer = abort(ANSWER_TIMEOUT_MS);
  const answerTo = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
  try {
    const response = await fetch(url, { signal: answerTo });
    if (response.status === 404) throw new Error('there is none for this version, system and architecture');
    if (!response.ok || !response.body)
      throw new Error(`the server answered ${response.status} ${response.statusText}`);

    const total = Number(response.headers.get('content-length')) || undefined;
    let received = 0;
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
    body.on('data', (chunk: Uint8Array) => {
      clearTimeout(timer);
      timer = abort(STALL_TIMEOUT_MS);
      received += chunk.length;
      const percent = total
        ? `${Math.floor((100 * received) / total)} %`
        : `${Math.floor(received / 1024)} KiB`;
      progress.update(`Downloading the prebuilt mediasoup worker: ${percent}`);
    });
    await unpack(body, workDir);
  } finally {
    clearTimeout(timer);
  }
}

// The tar program is there wherever a prebuilt worker exists for, Windows included.
async function unpack(archive: Readable, dir: string): Promise<void> {
  const tar = spawn('tar', ['-xzf', '-', '-C', dir], { stdio: ['pipe', 'ignore', 'pipe'] });
  let complaint = '';
  tar.stderr.on('data', (text: Buffer) => {
    complaint += text;
  });
  const exited = new Promise<void>((resolve, reject) => {
    tar.once('error', reject);
    tar.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`the archive could not be unpacked: ${complaint.trim() || `tar exited with ${code}`}`),
        );
    });
  });
  const fed = new Promise<never>((_, reject) => {
    archive.once('error', (error) => {
      tar.kill();
      reject(error);
    });
  });
  // It closes its end when it has failed; its exit code says so better.
  tar.stdin.on('error', () => {});
  archive.pipe(tar.stdin);
  await Promise.race([exited, fed]);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch hides what happened in the cause.
  return error.cause instanceof Error ? error.cause.message : error.message;
}
