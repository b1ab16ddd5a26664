/** Where the installed mediasoup package is, and what it says about itself. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The installed mediasoup package. */
export interface MediasoupPackage {
  version: string;
  /** The folder of the worker's sources. Never written to. */
  workerDir: string;
  /** `https://github.com/versatica/mediasoup` */
  repositoryUrl: string;
}

/** Finds the mediasoup package that this workspace depends on. */
export async function findMediasoup(): Promise<MediasoupPackage> {
  // Its package.json is not among its exports, so we walk up from the entry point, <package>/node/lib/index.js.
  const entry = createRequire(import.meta.url).resolve('mediasoup');
  const packageDir = path.resolve(path.dirname(entry), '../..');
  const manifest = JSON.parse(await readFile(path.join(packageDir, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    repository: { url: string };
  };
  if (manifest.name !== 'mediasoup') throw new Error(`Expected the mediasoup package in ${packageDir}`);
  return {
    version: manifest.version,
    workerDir: path.join(packageDir, 'worker'),
    repositoryUrl: manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, ''),
  };
}
