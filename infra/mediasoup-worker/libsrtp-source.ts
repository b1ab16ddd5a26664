/** Gets the sources of libsrtp as Debian has them. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  type AptSource,
  parseDeb822Sources,
  parseSourcesList,
  sourcePackageRepositories,
} from './apt-sources.ts';
import { runCommand } from './command.ts';
import { readDistribution } from './distribution.ts';
import { LIBSRTP_SOURCE_PACKAGE } from './recipe.ts';

const APT_DIR = '/etc/apt';

/**
 * Downloads and unpacks Debian's source package of libsrtp. apt verifies it: the mirror's signed index names the
 * hashes of the package's files. Needs no root.
 *
 * @param dir An empty folder for the sources.
 * @returns The folder with libsrtp's CMakeLists.txt.
 * @throws when no configured mirror has the package, or apt cannot reach it.
 */
export async function fetchLibsrtpSource(
  dir: string,
  logFile: string,
  signal?: AbortSignal,
): Promise<string> {
  const { codename } = await readDistribution();
  const repositories = sourcePackageRepositories(await readAptSources(), codename);
  if (!repositories) throw new Error(`no repository of the distribution is configured in ${APT_DIR}`);

  // In /tmp and readable, since apt, when root, downloads as the user _apt, who cannot see into root's home.
  const aptState = await mkdtemp(path.join(os.tmpdir(), 'parley-apt-'));
  try {
    await chmod(aptState, 0o755);
    const sourceList = path.join(aptState, 'parley.sources');
    await writeFile(sourceList, repositories);
    await mkdir(path.join(aptState, 'lists', 'partial'), { recursive: true });
    await mkdir(path.join(aptState, 'cache', 'archives', 'partial'), { recursive: true });
    const apt = [
      ['Dir::Etc::sourcelist', sourceList],
      ['Dir::Etc::sourceparts', '-'],
      ['Dir::State::lists', path.join(aptState, 'lists')],
      ['Dir::Cache', path.join(aptState, 'cache')],
    ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };

    // It fails as a whole when one repository of several has no sources; what counts is whether the package is found.
    await runCommand('apt-get', [...apt, 'update'], { logFile, env, signal }).catch(() =>
      signal?.throwIfAborted(),
    );
    await runCommand('apt-get', [...apt, '--only-source', 'source', LIBSRTP_SOURCE_PACKAGE], {
      cwd: dir,
      logFile,
      env,
      signal,
    });
  } finally {
    await rm(aptState, { recursive: true, force: true });
  }

  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const sources = path.join(dir, entry.name);
    if (entry.isDirectory() && (await stat(path.join(sources, 'CMakeLists.txt')).catch(() => undefined)))
      return sources;
  }
  throw new Error(`the source package ${LIBSRTP_SOURCE_PACKAGE} holds no CMake project`);
}

async function readAptSources(): Promise<AptSource[]> {
  const parts = path.join(APT_DIR, 'sources.list.d');
  const files = [
    path.join(APT_DIR, 'sources.list'),
    ...(await readdir(parts).catch(() => [])).sort().map((name) => path.join(parts, name)),
  ];
  const sources: AptSource[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (file.endsWith('.list')) sources.push(...parseSourcesList(text));
    else if (file.endsWith('.sources')) sources.push(...parseDeb822Sources(text));
  }
  return sources;
}
