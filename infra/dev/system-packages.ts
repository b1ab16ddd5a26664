/**
 * Programs and libraries that come from Debian's packages rather than from npm: a compiler, browsers, ffmpeg.
 *
 * As root, what is missing is installed. Otherwise an error says which command to run.
 */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** What `ensureDebianPackages` may be told. */
export interface EnsurePackagesOptions {
  /** Takes a line for the user when something is about to be installed. The default prints it on stderr. */
  log?: (line: string) => void;
  /** Stops a running apt-get. */
  signal?: AbortSignal;
}

/** Why packages cannot be installed: not being root, or a system without dpkg and apt. */
export type PackagesObstacle = 'not_root' | 'not_debian';

/** Packages are missing and this process cannot install them. The message says what to do. */
export class MissingPackagesError extends Error {
  readonly code = 'packages_missing';
  readonly packages: readonly string[];
  readonly obstacle: PackagesObstacle;

  constructor(packages: readonly string[], why: string, obstacle: PackagesObstacle) {
    super(missingPackagesMessage(packages, why, obstacle));
    this.name = 'MissingPackagesError';
    this.packages = packages;
    this.obstacle = obstacle;
  }
}

/** apt-get ran and failed. The message ends with what it printed last. */
export class PackageInstallError extends Error {
  readonly code = 'package_install_failed';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PackageInstallError';
  }
}

/**
 * Makes sure that Debian packages are installed.
 *
 * @param packages Names of binary packages, for example `['ffmpeg']`.
 * @param why What they are for, as it reads after "needed ": `'to test recordings'`.
 * @returns The packages it installed; empty when all were there.
 * @throws {MissingPackagesError} when some are missing and cannot be installed from here.
 * @throws {PackageInstallError} when apt-get fails.
 *
 * @example
 * await ensureDebianPackages(['chromium'], 'to run the browser tests');
 */
export async function ensureDebianPackages(
  packages: readonly string[],
  why: string,
  options: EnsurePackagesOptions = {},
): Promise<string[]> {
  const { log = (line) => console.error(line), signal } = options;
  const missing = await missingDebianPackages(packages);
  if (missing === undefined) throw new MissingPackagesError(packages, why, 'not_debian');
  if (missing.length === 0) return [];
  if (process.getuid?.() !== 0) throw new MissingPackagesError(missing, why, 'not_root');

  log(`Installing Debian packages, needed ${why}: ${missing.join(' ')}`);
  await updateListsOnce(signal);
  await aptGet(['install', '--yes', '--no-install-recommends', ...missing], signal);
  return missing;
}

/**
 * Which of the packages are not installed, in the order given; `undefined` when the system has no dpkg to ask.
 */
export async function missingDebianPackages(packages: readonly string[]): Promise<string[] | undefined> {
  // It exits with 1 when it knows nothing of one of them, and still prints the others.
  // biome-ignore lint/suspicious/noTemplateCurlyInString: these are dpkg-query's placeholders.
  const format = '${Package} ${db:Status-Status}\\n';
  const query = await run('dpkg-query', ['--show', '--showformat', format, ...packages]);
  if (query.notFound) return undefined;
  const installed = installedPackages(query.stdout);
  return packages.filter((name) => !installed.has(name));
}

/** The packages that dpkg-query, asked for `${Package} ${db:Status-Status}` a line, says are installed. */
export function installedPackages(output: string): Set<string> {
  const installed = new Set<string>();
  for (const line of output.split('\n')) {
    const [name, status] = line.trim().split(' ');
    if (name && status === 'installed') installed.add(name);
  }
  return installed;
}

/** The text of a `MissingPackagesError`. */
export function missingPackagesMessage(
  packages: readonly string[],
  why: string,
  obstacle: PackagesObstacle,
): string {
  const names = packages.join(' ');
  switch (obstacle) {
    case 'not_root':
      return [
        `Debian packages are missing, needed ${why}, and only root can install them. Run`,
        `  sudo apt-get update && sudo apt-get install --no-install-recommends ${names}`,
        'and try again.',
      ].join('\n');
    case 'not_debian':
      return [
        `This system has no dpkg, so it is not Debian or one of its relatives. Needed ${why} is what these Debian`,
        `packages hold: ${names}`,
      ].join('\n');
  }
}

let listsUpdated: Promise<void> | undefined;

// The lists on a fresh machine can be missing or older than the mirror; once in a process is enough.
function updateListsOnce(signal: AbortSignal | undefined): Promise<void> {
  listsUpdated ??= aptGet(['update'], signal).catch((error: unknown) => {
    listsUpdated = undefined;
    throw error;
  });
  return listsUpdated;
}

const LOCK_WAIT_SECONDS = 600;

async function aptGet(args: string[], signal: AbortSignal | undefined): Promise<void> {
  const command = ['-qq', '-o', `DPkg::Lock::Timeout=${LOCK_WAIT_SECONDS}`, ...args];
  const deadline = Date.now() + LOCK_WAIT_SECONDS * 1000;
  for (;;) {
    const result = await run('apt-get', command, signal);
    if (result.code === 0) return;
    // DPkg::Lock::Timeout covers dpkg's lock but not the one of the package lists.
    if (/Could not get lock|Unable to lock directory/.test(result.output) && Date.now() < deadline) {
      await sleep(2000, undefined, { signal });
      continue;
    }
    const tail = result.output.trim().split('\n').slice(-15).join('\n');
    throw new PackageInstallError(
      `apt-get ${args.join(' ')} failed${result.code ? ` with ${result.code}` : ''}:\n${tail}`,
      {
        cause: result.error,
      },
    );
  }
}

interface RunResult {
  code: number | undefined;
  stdout: string;
  output: string;
  notFound: boolean;
  error: Error | undefined;
}

function run(program: string, args: string[], signal?: AbortSignal): Promise<RunResult> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
        maxBuffer: 64 * 1024 * 1024,
        signal,
      },
      (error, stdout, stderr) => {
        const code = error ? error.code : 0;
        resolve({
          code: typeof code === 'number' ? code : undefined,
          stdout,
          output: stdout + stderr,
          notFound: error?.code === 'ENOENT',
          error: error ?? undefined,
        });
      },
    );
  });
}
