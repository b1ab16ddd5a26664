import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './processes.ts';

/** The workspace's own programs first, also where the script was not started by pnpm. */
const PATH = [path.join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(path.delimiter);

/**
 * Runs a command in the repository's root with its output on ours.
 *
 * @param log a file for the output instead
 * @returns the exit code; 1 for a signal
 */
export async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  log?: string,
): Promise<number> {
  const to = log === undefined ? 'inherit' : openSync(log, 'w');
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ['ignore', to, to],
    env: { ...process.env, PATH, ...env },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (typeof to === 'number') closeSync(to);
  return code ?? 1;
}

/**
 * Builds the page that the edge serves, and what it serves of the SDK. Files of earlier builds stay: wrangler's local server, should it be running,
 * does not recover from a folder that was emptied under it.
 */
export async function buildPage(): Promise<number> {
  const vite = path.join(ROOT, 'apps/meet/node_modules/.bin/vite');
  const codes = await Promise.all([
    run(vite, ['build', 'apps/meet', '--emptyOutDir', 'false', '--logLevel', 'warn']),
    run('node', ['infra/sdk/served.ts']),
  ]);
  return Math.max(...codes);
}
