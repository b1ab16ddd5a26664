import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { FinishFailed } from './finish-io.ts';

/** Ends a process with the one that started it, however that ended (prctl(2), PR_SET_PDEATHSIG). Linux has it. */
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => existsSync(file));

/** Bytes of what ffmpeg says that are kept for a report. */
const KEPT_WORDS = 2000;

/** What ffmpeg could not do. */
export class FfmpegFailed extends FinishFailed {
  /** Whether it is of what it was given, so that it will be no better next time. */
  readonly ofInput: boolean;

  constructor(code: number | string, words: string) {
    super(`ffmpeg ended with ${code}: ${words}`, true);
    this.ofInput = typeof code === 'number' && !/No space left|Cannot allocate memory|Disk quota/.test(words);
  }
}

export interface FfmpegRun {
  /** Where names in `args` are. */
  folder: string;
  args: string[];
  signal: AbortSignal;
  /** Hears how much is made, milliseconds. */
  reached?: (ms: number) => void;
  /** Takes what `pipe:1` gives; without it progress goes there. */
  output?: (bytes: Buffer) => void;
}

/**
 * Runs ffmpeg to its end. It has no environment but the path, ends with this process, and is killed when the signal aborts.
 *
 * @throws {FinishFailed} when it cannot be started; {FfmpegFailed} when it fails; the signal's reason when it is aborted.
 */
export async function runFfmpeg({ folder, args, signal, reached, output }: FfmpegRun): Promise<void> {
  signal.throwIfAborted();
  const all = [
    '-hide_banner',
    '-nostdin',
    '-loglevel',
    'error',
    ...(output ? [] : ['-progress', 'pipe:1']),
    ...args,
  ];
  const child = SETPRIV
    ? spawn(SETPRIV, ['--pdeathsig', 'KILL', 'ffmpeg', ...all], options(folder))
    : spawn('ffmpeg', all, options(folder));
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  try {
    let words = '';
    child.stderr?.on('data', (bytes: Buffer) => {
      words = (words + bytes.toString()).slice(-KEPT_WORDS);
    });
    child.stdout?.on('data', output ?? progressReader(reached ?? (() => {})));
    const code = await ended(child);
    signal.throwIfAborted();
    if (code !== 0) throw new FfmpegFailed(code, words.trim());
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

function options(folder: string) {
  return {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
  };
}

function ended(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(
        new FinishFailed(`ffmpeg cannot be started; install it on the recorder: ${error.message}`, false),
      ),
    );
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  });
}

/** Of ffmpeg's `-progress`: lines of `key=value`. */
function progressReader(reached: (ms: number) => void): (bytes: Buffer) => void {
  let rest = '';
  return (bytes) => {
    const lines = (rest + bytes.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const us = /^out_time_us=(\d+)$/.exec(line)?.[1];
      if (us !== undefined) reached(Number(us) / 1000);
    }
  };
}
