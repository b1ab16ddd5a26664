/** Runs the programs of the build, with all they print in a log file. */
import { spawn } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** How to run a program. */
export interface CommandOptions {
  /** File to which the command line, stdout and stderr are appended. */
  logFile: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Sees each line of stdout. */
  onLine?: (line: string) => void;
  /** Kills the program. */
  signal?: AbortSignal;
}

/** A program of the build could not be started or exited with something other than 0. */
export class CommandError extends Error {
  readonly code = 'command_failed';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandError';
  }
}

/**
 * Runs a program to its end.
 *
 * @throws {CommandError} when it fails.
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<void> {
  const { logFile, cwd, env = process.env, onLine, signal } = options;
  await appendFile(logFile, `\n$ ${[program, ...args].join(' ')}\n`);

  const child = spawn(program, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  // Appended in order of arrival: a queue of writes, since both streams go to one file.
  let written = Promise.resolve();
  const log = (text: string | Buffer) => {
    written = written.then(() => appendFile(logFile, text));
  };
  child.stdout.on('data', log);
  child.stderr.on('data', log);
  if (onLine) createInterface({ input: child.stdout }).on('line', onLine);

  try {
    await new Promise<void>((resolve, reject) => {
      let failure: Error | undefined;
      child.once('error', (error) => {
        failure = new CommandError(`${program} cannot run: ${error.message}`, { cause: error });
        // When it runs and is being killed, it has to be gone before its folder is removed.
        if (child.pid === undefined) reject(failure);
      });
      child.once('close', (code, killedBy) => {
        if (failure) reject(failure);
        else if (code === 0) resolve();
        else
          reject(
            new CommandError(`${program} ${killedBy ? `was killed by ${killedBy}` : `exited with ${code}`}`),
          );
      });
    });
  } finally {
    await written;
  }
}

/** The last lines of a log file, for an error message. */
export async function logTail(logFile: string, lines = 25): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
