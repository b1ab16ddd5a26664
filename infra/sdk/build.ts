/** `pnpm build:sdk`: builds the packages that outsiders install, each into its `dist`. `pnpm build:sdk NAME …` only those. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { ROOT } from '../dev/processes.ts';
import { declarationsOf } from './declarations.ts';

/** The packages with a public entry, by their folder in `packages`. */
export const PUBLISHED = ['client', 'server'] as const;
export type Published = (typeof PUBLISHED)[number];

/** What goes into the bundle: the protocol, which is of no use by itself. The rest is installed beside it. */
const BUNDLED = /^(\.|\/|@parley\/protocol\/)/;

/** The file that a package's public API is exported by. */
export function entryOf(name: Published): string {
  return path.join(ROOT, 'packages', name, 'src/index.ts');
}

/** Builds a package: `dist/index.js`, an ES module with its source map, and `dist/index.d.ts`. */
export async function buildPackage(name: Published): Promise<void> {
  const dist = path.join(ROOT, 'packages', name, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  await bundle(name, path.join(dist, 'index.js'), false);
  writeFileSync(path.join(dist, 'index.d.ts'), declarationsOf(entryOf(name)));
}

/** Writes a package as one ES module. */
export async function bundle(name: Published, file: string, minify: boolean): Promise<void> {
  const build = await rolldown({
    input: entryOf(name),
    external: (id) => !BUNDLED.test(id),
    // Whatever is not there at build time is not there for who installs it.
    onLog: (_, log) => {
      throw new Error(log.message);
    },
  });
  await build.write({ file, format: 'esm', sourcemap: true, minify });
  await build.close();
}

if (import.meta.main) {
  const wanted = process.argv.slice(2);
  for (const name of PUBLISHED) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await buildPackage(name);
    console.log(`packages/${name}/dist`);
  }
}
