/** `pnpm build:sdk`: builds the packages that outsiders install, each into its `dist`. `pnpm build:sdk NAME …` only those. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type OutputOptions, rolldown } from 'rolldown';
import { ROOT } from '../dev/processes.ts';
import { declarationsOf } from './declarations.ts';
import { publicEntry } from './public-entry.ts';

/** The packages with a public entry, by their folder in `packages`. */
export const PUBLISHED = ['client', 'react', 'server'] as const;
export type Published = (typeof PUBLISHED)[number];

/** Public entries, by their name: what is imported from `@parley/client` and from `@parley/client/connection-test`. */
const ENTRIES: Record<Published, readonly string[]> = {
  client: ['index', 'connection-test'],
  react: ['index'],
  server: ['index'],
};

/** What goes into the bundle: the protocol, which is of no use by itself. The rest is installed beside it. */
const BUNDLED = /^(\.|\/|@parley\/protocol\/)/;

/** Builds a package: ES modules with their source maps, and a file of declarations for each of its entries. */
export async function buildPackage(name: Published): Promise<void> {
  const dist = path.join(folderOf(name), 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const inputs = ENTRIES[name].map((entry) => [entry, entryOf(name, entry)]);
  await bundle(Object.fromEntries(inputs), { dir: dist, chunkFileNames: 'shared-[hash].js' });
  for (const entry of ENTRIES[name]) writeFileSync(path.join(dist, `${entry}.d.ts`), declare(name, entry));
}

/** Writes the SDK as one small ES module, with its source map. Pages load it as it is: notes for bundlers are left out. */
export function bundleSdk(file: string): Promise<void> {
  return bundle({ parley: entryOf('client', 'index') }, { file, minify: true, comments: false });
}

async function bundle(input: Record<string, string>, output: OutputOptions): Promise<void> {
  const build = await rolldown({
    input,
    plugins: [
      {
        name: 'installed-beside',
        resolveId: (id) => (BUNDLED.test(id) ? undefined : { id: publicEntry(id), external: true }),
      },
    ],
    // Whatever is not there at build time is not there for who installs it.
    onLog: (_, { message }) => {
      throw new Error(message);
    },
  });
  await build.write({ format: 'esm', sourcemap: true, ...output });
  await build.close();
}

/** The declarations of a package's entry in one file. */
export function declare(name: Published, entry = 'index'): string {
  const manifest = readFileSync(path.join(folderOf(name), 'package.json'), 'utf8');
  const { description } = JSON.parse(manifest) as { description: string };
  const module = entry === 'index' ? `@parley/${name}` : `@parley/${name}/${entry}`;
  return `/**\n * ${description}\n *\n * @module ${module}\n */\n\n${declarationsOf(entryOf(name, entry))}`;
}

/** A package's folder. */
export function folderOf(name: Published): string {
  return path.join(ROOT, 'packages', name);
}

function entryOf(name: Published, entry: string): string {
  return path.join(folderOf(name), `src/${entry}.ts`);
}

if (import.meta.main) {
  const wanted = process.argv.slice(2);
  for (const name of PUBLISHED) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await buildPackage(name);
    console.log(`packages/${name}/dist`);
  }
}
