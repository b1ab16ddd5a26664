import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureDebianPackages } from '../dev/system-packages.ts';

/**
 * Runs Prometheus's own tool in this folder; installs it where it is missing and that is possible.
 *
 * @param input what it reads on its standard input
 * @returns what it printed, and with which code it ended
 */
export async function promtool(args: string[], input = ''): Promise<{ code: number; output: string }> {
  await ensureDebianPackages(['prometheus'], 'to check metrics and alerts');
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const tool = spawn('promtool', args, { cwd: fileURLToPath(new URL('.', import.meta.url)) });
  let output = '';
  for (const stream of [tool.stdout, tool.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  tool.once('error', reject);
  tool.once('close', (code) => resolve(code ?? 1));
  tool.stdin.end(input);
  return { code: await promise, output };
}
