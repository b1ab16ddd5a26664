/**
 * A finisher's process: it parses what strangers sent, so it has nothing of the recorder's but a folder and a line to it,
 * and yields the processor to whoever records.
 */
import os from 'node:os';
import { finish } from './finish.ts';
import { FinishFailed, type FinishIo } from './finish-io.ts';
import type { FromFinisher, ToFinisher } from './finisher-messages.ts';

/** Nice value: behind everything that is live. */
const PRIORITY = 10;

const abort = new AbortController();
const waiting = new Map<
  number,
  { resolve: (path: string | undefined) => void; reject: (error: Error) => void }
>();
let asked = 0;

/** Resolves once the line has taken it. */
function say(message: FromFinisher): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) resolve();
    else process.send(message, () => resolve());
  });
}

function ask(make: (id: number) => FromFinisher): Promise<string | undefined> {
  const id = ++asked;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    void say(make(id));
  });
}

const io: FinishIo = {
  read: (file) => ask((id) => ({ type: 'read', id, file })),
  release: (file) => void say({ type: 'release', file }),
  put: async (local, file) => {
    await ask((id) => ({ type: 'put', id, local, file }));
  },
};

async function run({ plan, settings }: Extract<ToFinisher, { type: 'finish' }>): Promise<void> {
  try {
    const finished = await finish(
      plan,
      settings,
      io,
      (done) => void say({ type: 'progress', done }),
      abort.signal,
    );
    await say({ type: 'finished', finished });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const again = error instanceof FinishFailed ? error.again : true;
    await say({ type: 'gave-up', message, again });
  }
  process.disconnect?.();
}

process.on('message', (message: ToFinisher) => {
  if (message.type === 'finish') return void run(message);
  const request = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.type === 'done') request?.resolve(message.path);
  else request?.reject(new Error(message.message));
});
// Whoever asked for this is gone, or wants it no longer: ffmpeg ends with this process.
process.on('disconnect', () => process.exit());
os.setPriority(PRIORITY);
void say({ type: 'ready' });
