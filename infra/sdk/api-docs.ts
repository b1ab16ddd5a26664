/** `pnpm docs:api`: makes the API reference of the SDK from its types, in the folder that the edge serves. */
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Application, TypeDocReader } from 'typedoc';
import { ROOT } from '../dev/processes.ts';
import { buildPackage, type Published } from './build.ts';

/** The packages whose reference is made: those for browsers. */
const DOCUMENTED = ['client'] as const satisfies Published[];

/**
 * Writes the reference as HTML.
 *
 * @throws {Error} where something public has no comment, refers to what is not public, or has a link that leads nowhere
 */
export async function buildApiDocs(folder: string): Promise<void> {
  const entryPoints = DOCUMENTED.map((name) => path.join(ROOT, 'packages', name, 'dist/index.d.ts'));
  for (const name of DOCUMENTED) await buildPackage(name);
  const options = path.join(import.meta.dirname, 'typedoc.json');
  const tsconfig = path.join(import.meta.dirname, 'tsconfig.docs.json');
  const app = await Application.bootstrapWithPlugins({ options, tsconfig, entryPoints }, [
    new TypeDocReader(),
  ]);
  const project = await app.convert();
  if (project !== undefined) app.validate(project);
  if (project === undefined || app.logger.hasErrors() || app.logger.hasWarnings()) {
    throw new Error(
      'The API reference cannot be made: see above. Public symbols need a comment, and so does what they refer to.',
    );
  }
  rmSync(folder, { recursive: true, force: true });
  await app.generateDocs(project, folder);
  if (!existsSync(path.join(folder, 'index.html'))) throw new Error('The API reference was not written.');
}

if (import.meta.main) {
  const folder = path.join(ROOT, 'apps/meet/dist/sdk/docs');
  await buildApiDocs(folder);
  console.log(path.relative(process.cwd(), folder));
}
