/** Builds the worker from mediasoup's sources and Debian's libraries: the steps around CMakeLists.txt. */
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ensureDebianPackages, MissingPackagesError, PackageInstallError } from '../dev/system-packages.ts';
import type { WorkerOrigin } from './cache.ts';
import { CommandError, logTail, runCommand } from './command.ts';
import { readDistribution } from './distribution.ts';
import { WorkerUnavailableError } from './errors.ts';
import { fetchLibsrtpSource } from './libsrtp-source.ts';
import type { MediasoupPackage } from './mediasoup-package.ts';
import { formatSeconds, type Progress, parseNinjaLine } from './progress.ts';
import { BUILD_PACKAGES, CMAKE_ARGS, LIBSRTP_DEV_PACKAGE, RECIPE_DIR } from './recipe.ts';
import { startsHere } from './worker-check.ts';

const OTHER_WAY =
  'A worker from elsewhere works too: set MEDIASOUP_WORKER_BIN to the path of a mediasoup-worker of the same version.';

/** What `buildWorker` needs. */
export interface BuildOptions {
  mediasoup: MediasoupPackage;
  /** An empty folder to work in, of which nothing is needed afterwards but the binary. */
  workDir: string;
  /** Gets all that the build prints. */
  logFile: string;
  progress: Progress;
  signal?: AbortSignal;
}

/** A worker that was built and starts. */
export interface BuiltWorker {
  binary: string;
  origin: WorkerOrigin;
}

/**
 * Builds the worker.
 *
 * @throws {WorkerUnavailableError} when this system cannot build it, packages are missing that only root can install,
 * or a step fails.
 */
export async function buildWorker(options: BuildOptions): Promise<BuiltWorker> {
  const { mediasoup, workDir, logFile, progress, signal } = options;
  const startedAt = Date.now();
  const elapsed = () => (Date.now() - startedAt) / 1000;

  const distribution = await readDistribution();
  if (process.platform !== 'linux' || !distribution.debianLike) {
    throw new WorkerUnavailableError(
      'build_unsupported',
      'There is no prebuilt mediasoup worker for this machine, and we can build it only on Debian and systems made ' +
        `from it; this is ${distribution.name}.\n${OTHER_WAY}`,
    );
  }

  try {
    await ensurePackages(BUILD_PACKAGES, options);
    progress.note(
      `Building the mediasoup worker ${mediasoup.version}, once on this machine. Log: ${logFile}`,
    );
    const libsrtp = await prepareLibsrtp(options);
    const buildDir = path.join(workDir, 'build');
    progress.update(`Configuring the mediasoup worker, ${formatSeconds(elapsed())}`);
    const paths = [`-DMEDIASOUP_WORKER_DIR=${mediasoup.workerDir}`, `-DLIBSRTP_SOURCE_DIR=${libsrtp ?? ''}`];
    await runCommand('cmake', ['-S', RECIPE_DIR, '-B', buildDir, ...CMAKE_ARGS, ...paths], {
      logFile,
      signal,
    });
    await runCommand('ninja', ['-C', buildDir, '-j', String(parallelJobs()), 'mediasoup-worker'], {
      logFile,
      signal,
      onLine: (line) => {
        const step = parseNinjaLine(line);
        if (!step) return;
        const percent = Math.floor((100 * step.done) / step.total);
        const time = formatSeconds(elapsed());
        progress.update(
          `Building the mediasoup worker: ${step.done} of ${step.total} (${percent} %), ${time}`,
        );
      },
    });

    const binary = path.join(buildDir, 'mediasoup-worker');
    if (!(await startsHere(binary))) throw new CommandError(`${binary} was built but does not start`);
    const seconds = Math.round(elapsed());
    progress.note(`Built the mediasoup worker ${mediasoup.version} in ${formatSeconds(seconds)}.`);
    return {
      binary,
      origin: { source: 'built', libsrtp: libsrtp ? 'source with OpenSSL' : 'Debian package', seconds },
    };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof MissingPackagesError || error instanceof PackageInstallError) {
      throw new WorkerUnavailableError('packages_missing', `${error.message}\n${OTHER_WAY}`, {
        cause: error,
      });
    }
    if (error instanceof CommandError) {
      const tail = `Last lines of ${logFile}:\n${await logTail(logFile)}`;
      const message = `The build of the mediasoup worker failed: ${error.message}\n${tail}\n\n${OTHER_WAY}`;
      throw new WorkerUnavailableError('build_failed', message, { cause: error });
    }
    throw error;
  }
}

// The folder of libsrtp's sources, or undefined when the build has to take Debian's own libsrtp.
async function prepareLibsrtp(options: BuildOptions): Promise<string | undefined> {
  const { workDir, logFile, progress, signal } = options;
  progress.update('Getting the sources of libsrtp');
  const dir = path.join(workDir, 'libsrtp');
  await mkdir(dir, { recursive: true });
  try {
    return await fetchLibsrtpSource(dir, logFile, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    progress.note(
      `The sources of libsrtp cannot be had: ${reason}; see the log. Taking Debian's ${LIBSRTP_DEV_PACKAGE}, with ` +
        'which forwarding a packet costs 10 to 35 % more.',
    );
  }
  await ensurePackages([LIBSRTP_DEV_PACKAGE], options);
  return undefined;
}

async function ensurePackages(
  packages: readonly string[],
  { progress, signal }: BuildOptions,
): Promise<void> {
  await ensureDebianPackages(packages, 'to build the mediasoup worker', {
    log: (line) => progress.note(line),
    signal,
  });
}

// One compiler a core, as far as memory goes: the largest files take somewhat over 1 GB.
function parallelJobs(): number {
  const byMemory = Math.floor(os.totalmem() / 1.5e9);
  return Math.max(1, Math.min(os.availableParallelism(), byMemory));
}
