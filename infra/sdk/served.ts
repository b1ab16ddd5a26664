/** What the edge serves of the SDK at `/sdk/`, for pages that build nothing; run, it makes types and reference, which take long. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../dev/processes.ts';
import { buildApiDocs } from './api-docs.ts';
import { bundleSdk, declare } from './build.ts';

/** Writes the SDK into a folder as one minified module with its source map: `parley.js`. */
export function bundleServed(folder: string): Promise<void> {
  return bundleSdk(path.join(folder, 'parley.js'));
}

if (import.meta.main) {
  const folder = path.join(ROOT, 'apps/meet/dist/sdk');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'parley.d.ts'), declare('client'));
  await buildApiDocs(path.join(folder, 'docs'));
}
