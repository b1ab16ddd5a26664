/**
 * The folder in which workers are kept, outside the repository, so that a worker is downloaded or built once a machine
 * and survives a fresh checkout.
 *
 * Each worker has a folder of its own with the binary and `origin.json`. A folder gets its final name when it is
 * complete, so what is found under such a name is whole.
 */
import { chmod, copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startsHere } from './worker-check.ts';

/** Where a cached worker came from; kept beside it for whoever wonders. */
export interface WorkerOrigin {
  source: 'prebuilt' | 'built';
  /** The URL of a download. */
  url?: string;
  /** The libsrtp in a build. */
  libsrtp?: 'source with OpenSSL' | 'Debian package';
  /** How long the build took. */
  seconds?: number;
}

const BINARY = process.platform === 'win32' ? 'mediasoup-worker.exe' : 'mediasoup-worker';

/** `$XDG_CACHE_HOME/parley/mediasoup-worker`, by default in `~/.cache`. */
export function cacheDir(env: NodeJS.ProcessEnv): string {
  // The XDG specification has relative paths ignored.
  const base = env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : undefined;
  return path.join(base ?? path.join(env.HOME || os.homedir(), '.cache'), 'parley', 'mediasoup-worker');
}

/** Where the binary of a cache entry is, whether or not it exists. */
export function workerPath(entryDir: string): string {
  return path.join(entryDir, BINARY);
}

/** The worker of a cache entry, if there is one that starts. */
export async function findCached(entryDir: string): Promise<string | undefined> {
  const file = workerPath(entryDir);
  return (await startsHere(file)) ? file : undefined;
}

/** Puts a finished binary into the cache under its final name and returns its path there. */
export async function install(entryDir: string, binary: string, origin: WorkerOrigin): Promise<string> {
  const unfinished = `${entryDir}.new-${crypto.randomUUID()}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await copyFile(binary, workerPath(unfinished));
    await chmod(workerPath(unfinished), 0o755);
    const described = { ...origin, installedAt: new Date().toISOString() };
    await writeFile(path.join(unfinished, 'origin.json'), `${JSON.stringify(described, null, 2)}\n`);
    // An entry that is there already holds a worker that stopped working, or one that another process just finished.
    await rm(entryDir, { recursive: true, force: true });
    await rename(unfinished, entryDir);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await findCached(entryDir))) throw error;
  }
  return workerPath(entryDir);
}

const LEFTOVER_AGE_MS = 6 * 60 * 60 * 1000;

/** Removes what killed processes left behind: folders without a final name, when they are hours old. */
export async function removeLeftovers(dir: string, now: number = Date.now()): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) {
    if (!/\.(new|work)-/.test(name)) continue;
    const leftover = path.join(dir, name);
    const modified = await stat(leftover).then(
      (stats) => stats.mtimeMs,
      () => now,
    );
    if (now - modified > LEFTOVER_AGE_MS) await rm(leftover, { recursive: true, force: true });
  }
}
