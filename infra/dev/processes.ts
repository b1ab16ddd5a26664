import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A running program of the development stack. */
export interface Service {
  readonly name: string;
  readonly process: ChildProcess;
  /** Where everything it prints goes. */
  readonly logFile: string;
  /** The last lines it printed, for error messages. */
  readonly lastLines: readonly string[];
  /** Resolves with the exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
  /** Ends it and all it started: first politely, after 5 s with force. */
  stop(): Promise<void>;
}

/** What a service may be told. */
export interface ServiceOptions {
  env?: NodeJS.ProcessEnv;
  /** Folder for `<name>.log`. */
  logFolder: string;
  /** Gets every line it prints, while it runs. */
  onLine?: (line: string) => void;
}

const LAST_LINES = 15;
/** How long a service may take for one answer, ms. */
const ANSWER_MS = 10_000;

/** Starts a program in the repository's root, in a process group of its own. */
export async function startService(
  name: string,
  command: string,
  args: readonly string[],
  options: ServiceOptions,
): Promise<Service> {
  await mkdir(options.logFolder, { recursive: true });
  const logFile = path.join(options.logFolder, `${name}.log`);
  const log = createWriteStream(logFile, { flags: 'a' });
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      log.write(text);
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) options.onLine?.(line);
      lastLines.push(...lines);
      lastLines.splice(0, lastLines.length - LAST_LINES);
    });
  }
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    name,
    process: child,
    logFile,
    lastLines,
    exited,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      child.kill('SIGTERM');
      const force = setTimeout(() => signalGroup(child.pid ?? 0, 'SIGKILL'), 5000);
      await exited;
      clearTimeout(force);
      // What it started may outlive it.
      signalGroup(child.pid, 'SIGKILL');
    },
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}

/**
 * Waits until a URL answers with success; a service that does not is stopped.
 *
 * @throws {Error} naming the service and its log, when it exits or does not answer in time
 */
export async function untilReady(service: Service, url: string, seconds: number): Promise<void> {
  let gone: number | string | undefined;
  void service.exited.then((status) => {
    gone = status;
  });
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    if (gone !== undefined) throw new Error(`${service.name} ended with ${gone}; ${logHint(service)}`);
    // A request that was forgotten while the service started is asked again; a busy service gets time to answer.
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await sleep(100);
  }
  await service.stop();
  throw new Error(`${service.name} did not answer at ${url} within ${seconds} s; ${logHint(service)}`);
}

/** Where a service's log is, and how it ends. */
export function logHint(service: Service): string {
  return `its log is ${service.logFile} and ends with\n${service.lastLines.join('\n')}`;
}
