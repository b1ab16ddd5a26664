import path from 'node:path';
import { bundleServed } from '@parley/sdk-build/served';
import type { Plugin } from 'vite';

/** Puts the SDK beside the built page, at `/sdk/`, for pages of other origins that build nothing. */
export function sdk(): Plugin {
  return {
    name: 'sdk',
    apply: 'build',
    writeBundle: ({ dir = '' }) => bundleServed(path.join(dir, 'sdk')),
  };
}
