/**
 * Finds the mediasoup worker, the C++ program that moves the media, on any machine: the one that MEDIASOUP_WORKER_BIN
 * names, one in our cache, mediasoup's prebuilt download, or a build of our own. README.md tells the whole story.
 *
 * As a script (`pnpm worker`) it prints the worker's path on stdout and what it does on stderr.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildWorker } from './build.ts';
import { cacheDir, findCached, install, removeLeftovers } from './cache.ts';
import { readDistribution } from './distribution.ts';
import { WorkerUnavailableError } from './errors.ts';
import { withLock } from './lock.ts';
import { findMediasoup } from './mediasoup-package.ts';
import { downloadPrebuilt, prebuiltArchiveName } from './prebuilt.ts';
import { type Progress, streamProgress } from './progress.ts';
import { recipeHash } from './recipe.ts';
import { isExecutable } from './worker-check.ts';

/**
 * Where a worker came from:
 * - `env`: MEDIASOUP_WORKER_BIN names it.
 * - `cached`: downloaded or built by an earlier call.
 * - `prebuilt`: just downloaded.
 * - `built`: just built.
 */
export type WorkerSource = 'env' | 'cached' | 'prebuilt' | 'built';

/** A worker that can be used: give `path` to mediasoup's `createWorker` as `workerBin`. */
export interface FoundWorker {
  path: string;
  source: WorkerSource;
}

/** What `ensureWorker` may be told. */
export interface EnsureWorkerOptions {
  /** Environment variables; `process.env` by default. */
  env?: NodeJS.ProcessEnv;
  /** Where to show what happens; stderr by default. */
  progress?: Progress;
  /** Stops a download or build. */
  signal?: AbortSignal;
}

/**
 * Finds, downloads or builds the mediasoup worker. Takes milliseconds when there is one, and minutes when it has to be
 * built. Processes that call it at the same time wait for each other instead of building twice.
 *
 * @throws {WorkerUnavailableError} when there is no worker to be had.
 *
 * @example
 * const { path } = await ensureWorker();
 * const worker = await mediasoup.createWorker({ workerBin: path });
 */
export async function ensureWorker(options: EnsureWorkerOptions = {}): Promise<FoundWorker> {
  const { env = process.env, progress = streamProgress(process.stderr), signal } = options;

  const given = env.MEDIASOUP_WORKER_BIN;
  if (given) {
    if (await isExecutable(given)) return { path: path.resolve(given), source: 'env' };
    throw new WorkerUnavailableError(
      'worker_bin_invalid',
      `MEDIASOUP_WORKER_BIN is ${given}, which is not an executable file. Correct it, or unset it to have a worker ` +
        'downloaded or built.',
    );
  }

  const mediasoup = await findMediasoup();
  const cache = cacheDir(env);
  const usePrebuilt = !env.MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD;
  const prebuiltEntry = path.join(
    cache,
    `prebuilt-${path.basename(prebuiltArchiveName(mediasoup.version), '.tgz')}`,
  );
  const builtEntry = path.join(cache, `${mediasoup.version}-${await recipeHash(await readDistribution())}`);
  const lookUp = async (): Promise<FoundWorker | undefined> => {
    const found = (usePrebuilt && (await findCached(prebuiltEntry))) || (await findCached(builtEntry));
    return found ? { path: found, source: 'cached' } : undefined;
  };

  const cached = await lookUp();
  if (cached) return cached;

  await mkdir(cache, { recursive: true });
  return withLock(
    `${builtEntry}.lock`,
    async () => {
      // The process that held the lock may have left a worker.
      const made = await lookUp();
      if (made) return made;

      await removeLeftovers(cache);
      const workDir = await mkdtemp(`${builtEntry}.work-`);
      try {
        let noPrebuilt = 'its download is switched off (MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD)';
        if (usePrebuilt) {
          const dir = path.join(workDir, 'prebuilt');
          await mkdir(dir);
          const download = await downloadPrebuilt({ mediasoup, workDir: dir, env, progress, signal });
          if ('binary' in download) {
            const installed = await install(prebuiltEntry, download.binary, {
              source: 'prebuilt',
              url: download.url,
            });
            progress.note(`Downloaded the prebuilt mediasoup worker ${mediasoup.version}.`);
            return { path: installed, source: 'prebuilt' };
          }
          noPrebuilt = download.reason;
        }
        progress.note(`No prebuilt mediasoup worker: ${noPrebuilt}.`);

        const logFile = `${builtEntry}.log`;
        await writeFile(logFile, '');
        const built = await buildWorker({ mediasoup, workDir, logFile, progress, signal });
        return { path: await install(builtEntry, built.binary, built.origin), source: 'built' };
      } finally {
        await rm(workDir, { recursive: true, force: true });
      }
    },
    {
      signal,
      onWait: ({ pid }) => progress.note(`Process ${pid} is getting the mediasoup worker; waiting for it.`),
    },
  );
}

if (import.meta.main) {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stop.abort(new Error(`Stopped by ${name}`)));
  try {
    const worker = await ensureWorker({ signal: stop.signal });
    console.log(worker.path);
  } catch (error) {
    // What we throw says all there is to say; anything else is a bug whose place we want to know.
    const expected = error instanceof WorkerUnavailableError || stop.signal.aborted;
    console.error(expected && error instanceof Error ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
