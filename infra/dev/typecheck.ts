/** Type-checks every package with its own compiler settings; part of `pnpm check`. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './processes.ts';
import { run } from './run.ts';

const projects = ['packages', 'apps', 'infra']
  .flatMap((folder) => readdirSync(path.join(ROOT, folder)).map((name) => path.join(folder, name)))
  .filter((folder) => existsSync(path.join(ROOT, folder, 'tsconfig.json')));

let failed = 0;
for (const project of projects) {
  if ((await run('tsc', ['-p', project])) !== 0) failed += 1;
}
console.error(
  failed === 0
    ? `Types hold in ${projects.length} projects.`
    : `${failed} of ${projects.length} projects have type errors.`,
);
process.exit(failed === 0 ? 0 : 1);
