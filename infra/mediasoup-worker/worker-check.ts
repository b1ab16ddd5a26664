/** Tells whether a worker binary can be used. */
import { spawn } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';

// The worker's own exit code for "MEDIASOUP_VERSION is not set" (worker/src/main.cpp).
const EXIT_NO_VERSION = 41;
const TIMEOUT_MS = 10_000;

/** Whether the path names a file that this user may execute. */
export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/**
 * Whether a worker binary starts on this machine, which it does not when it wants another libc or a library that is
 * not installed. Done as mediasoup does it after its own download: started without MEDIASOUP_VERSION, it has to exit
 * with 41.
 */
export async function startsHere(file: string): Promise<boolean> {
  if (!(await isExecutable(file))) return false;
  return new Promise((resolve) => {
    const child = spawn(file, [], { env: {}, stdio: 'ignore' });
    // Not spawn's own timeout option, whose timer outlives a program that could not be started.
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    const answer = (starts: boolean) => {
      clearTimeout(timer);
      resolve(starts);
    };
    child.once('error', () => answer(false));
    child.once('close', (code) => answer(code === EXIT_NO_VERSION));
  });
}
