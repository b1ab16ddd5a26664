/**
 * What a build is made from, apart from mediasoup's sources. All of it goes into the name under which a worker is
 * cached: a change here, in CMakeLists.txt or in shim/ makes a new worker.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Distribution } from './distribution.ts';

/** The folder of CMakeLists.txt and shim/. */
export const RECIPE_DIR = import.meta.dirname;

/** Debian packages without which nothing can be built. */
export const BUILD_PACKAGES = [
  'g++',
  'cmake',
  'ninja-build',
  'pkg-config',
  // dpkg-source, which unpacks source packages.
  'dpkg-dev',
  'libuv1-dev',
  'libssl-dev',
  'libabsl-dev',
  'libflatbuffers-dev',
  'flatbuffers-compiler',
];

/** Debian's source package of libsrtp, and the binary package used when the sources cannot be had. */
export const LIBSRTP_SOURCE_PACKAGE = 'libsrtp2';
export const LIBSRTP_DEV_PACKAGE = 'libsrtp2-dev';

/** Arguments of cmake besides the paths. */
export const CMAKE_ARGS = ['-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release'];

/**
 * A short hash over the recipe and what it runs on. The distribution counts because the worker is linked against its
 * shared libraries.
 */
export async function recipeHash(
  distribution: Pick<Distribution, 'id' | 'version' | 'codename'>,
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<string> {
  const hash = createHash('sha256');
  const { id, version, codename } = distribution;
  hash.update(
    JSON.stringify([
      platform,
      arch,
      id,
      version,
      codename,
      BUILD_PACKAGES,
      LIBSRTP_SOURCE_PACKAGE,
      CMAKE_ARGS,
    ]),
  );
  for (const file of await recipeFiles()) {
    hash.update(`\0${file}\0`);
    hash.update(await readFile(path.join(RECIPE_DIR, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

async function recipeFiles(): Promise<string[]> {
  const shims = await readdir(path.join(RECIPE_DIR, 'shim'), { recursive: true, withFileTypes: true });
  const files = shims
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(RECIPE_DIR, path.join(entry.parentPath, entry.name)));
  return ['CMakeLists.txt', ...files.sort()];
}
