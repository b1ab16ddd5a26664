import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Plugin } from 'vite';

const OURS = ['index.html', 'page.js', 'page.css'];
const THEIRS = ['swagger-ui-bundle.js', 'swagger-ui.css'];

/** Puts the page that browses the API beside the built page: Swagger UI, from its package, at `/api-docs/`. */
export function apiDocs(): Plugin {
  return {
    name: 'api-docs',
    apply: 'build',
    async writeBundle({ dir = '' }) {
      const target = path.join(dir, 'api-docs');
      const package_ = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
      await mkdir(target, { recursive: true });
      for (const file of OURS)
        await copyFile(path.join(import.meta.dirname, 'api-docs', file), path.join(target, file));
      for (const file of THEIRS) await copyFile(path.join(package_, file), path.join(target, file));
    },
  };
}
