/** `pnpm docs:api`: makes the API reference of what browsers use, from its types, in the folder that the edge serves. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Application, TSConfigReader, TypeDocReader } from 'typedoc';
import { ROOT } from '../dev/processes.ts';
import { declare, type Published } from './build.ts';

/** The packages whose reference is made, and their entries. */
const DOCUMENTED: readonly (readonly [Published, string])[] = [
  ['client', 'index'],
  ['client', 'connection-test'],
  ['react', 'index'],
];

/**
 * Writes the reference as HTML. What is public without a comment, refers to what is not public, or has a link that leads
 * nowhere, is named on stderr.
 *
 * @returns how much was named
 */
export async function buildApiDocs(folder: string): Promise<number> {
  const temporary = mkdtempSync(path.join(tmpdir(), 'parley-api-'));
  try {
    const entryPoints = DOCUMENTED.map((names) => path.join(temporary, `${names.join('-')}.d.ts`));
    for (const [index, names] of DOCUMENTED.entries())
      writeFileSync(entryPoints[index] ?? '', declare(...names));
    const tsconfig = path.join(temporary, 'tsconfig.json');
    writeFileSync(tsconfig, JSON.stringify(settings(entryPoints)));
    const options = path.join(import.meta.dirname, 'typedoc.json');
    const app = await Application.bootstrapWithPlugins({ options, tsconfig, entryPoints }, [
      new TypeDocReader(),
      new TSConfigReader(),
    ]);
    const project = await app.convert();
    if (project === undefined) throw new Error('There is no API reference: see above.');
    app.validate(project);
    await app.generateDocs(project, folder);
    return app.logger.errorCount + app.logger.warningCount;
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Where the declarations find each other and React's. */
function settings(files: readonly string[]): object {
  return {
    extends: path.join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      lib: ['ES2024', 'DOM', 'DOM.Iterable'],
      paths: {
        '@parley/client': files.filter((file) => file.endsWith('client-index.d.ts')),
        react: [path.join(ROOT, 'packages/react/node_modules/@types/react')],
      },
    },
    files,
  };
}

if (import.meta.main) {
  const folder = path.join(ROOT, 'apps/meet/dist/sdk/docs');
  const named = await buildApiDocs(folder);
  console.log(path.relative(process.cwd(), folder));
  process.exit(named === 0 ? 0 : 1);
}
