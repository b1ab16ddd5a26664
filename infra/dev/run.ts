import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './processes.ts';

/**
 * Runs a command in the repository's root with its output on ours.
 *
 * @returns the exit code; 1 for a signal
 */
export async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<number> {
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
