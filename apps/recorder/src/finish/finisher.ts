import { type ChildProcess, fork } from 'node:child_process';
import type { FinishPlan } from '@parley/protocol/recording/recorder-api';
import { type Finished, FinishFailed, type FinishIo, type FinishSettings } from './finish-io.ts';
import type { FromFinisher, ToFinisher } from './finisher-messages.ts';

export interface Finishing {
  plan: FinishPlan;
  settings: FinishSettings;
  io: FinishIo;
  /** Hears how far it is, 0–1, never less than before. */
  report: (done: number) => void;
  /** Ends it; what is made so far is kept for another attempt. */
  signal: AbortSignal;
  /** How long its process may neither ask nor say anything, ms. */
  silenceMs: number;
}

/** MB of JavaScript objects that a finisher's process may have. */
const HEAP_MB = 512;

/**
 * Finishes a recording in a process of its own, which has no environment but the path: neither keys nor secrets. Nothing of
 * it is left when this settles.
 *
 * @throws {FinishFailed} when it cannot be finished, or its process dies; the signal's reason when it is aborted.
 */
export async function runFinisher(finishing: Finishing): Promise<Finished> {
  finishing.signal.throwIfAborted();
  const child = fork(new URL('finish-main.ts', import.meta.url), {
    env: { PATH: process.env['PATH'], TZ: 'UTC' },
    execArgv: [`--max-old-space-size=${HEAP_MB}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const kill = () => child.kill('SIGKILL');
  finishing.signal.addEventListener('abort', kill);
  try {
    return await attend(child, finishing);
  } finally {
    finishing.signal.removeEventListener('abort', kill);
    kill();
  }
}

async function stored(io: FinishIo, local: string, file: string): Promise<undefined> {
  await io.put(local, file);
}

function attend(
  child: ChildProcess,
  { plan, settings, io, report, signal, silenceMs }: Finishing,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    let outcome: Extract<FromFinisher, { type: 'finished' | 'gave-up' }> | undefined;
    let words = '';
    /** What the process waits for: then it has nothing to say. */
    let asked = 0;
    let isStuck = false;
    const silence = setTimeout(() => {
      if (asked > 0) return void silence.refresh();
      isStuck = true;
      child.kill('SIGKILL');
    }, silenceMs);
    const tell = (message: ToFinisher) => {
      if (child.connected) child.send(message, () => {});
    };
    const answer = (id: number, work: Promise<string | undefined>) => {
      asked += 1;
      return work
        .then(
          (path) => tell({ type: 'done', id, ...(path === undefined ? {} : { path }) }),
          (error: unknown) =>
            tell({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) }),
        )
        .finally(() => {
          asked -= 1;
          silence.refresh();
        });
    };
    child.stderr?.on('data', (bytes: Buffer) => {
      words = (words + bytes.toString()).slice(-1000);
    });
    child.on('message', (message: FromFinisher) => {
      silence.refresh();
      switch (message.type) {
        case 'ready':
          return tell({ type: 'finish', plan, settings });
        case 'read':
          return void answer(message.id, io.read(message.file));
        case 'release':
          return io.release(message.file);
        case 'put':
          return void answer(message.id, stored(io, message.local, message.file));
        case 'progress':
          return report(message.done);
        case 'finished':
        case 'gave-up':
          outcome = message;
          return;
        default:
          message satisfies never;
      }
    });
    child.on('error', (error) => {
      clearTimeout(silence);
      reject(new FinishFailed(`The finisher cannot be started: ${error.message}`, true));
    });
    child.on('close', (code, killedBy) => {
      clearTimeout(silence);
      if (outcome?.type === 'finished') return resolve(outcome.finished);
      if (signal.aborted) return reject(signal.reason);
      if (outcome) return reject(new FinishFailed(outcome.message, outcome.again));
      if (isStuck) return reject(new FinishFailed('The finisher was stuck; it is tried again.', true));
      // What it wrote may hold a stack trace, which is for the recorder's log and not for the recording.
      const cause = words === '' ? undefined : new Error(words);
      reject(
        Object.assign(
          new FinishFailed(`The finisher ended with ${code ?? killedBy}; it is tried again.`, true),
          { cause },
        ),
      );
    });
  });
}
