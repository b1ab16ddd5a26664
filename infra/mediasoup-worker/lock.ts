/**
 * A lock between processes, so that two of them that need the same worker at the same time do not both build it.
 *
 * It saves work and nothing else: a worker is complete before it gets its final name, so two builds after a lock was
 * wrongly taken for stale cost time and break nothing.
 */
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** How to wait for a lock. */
export interface LockOptions {
  /** Called once, when another process holds the lock. */
  onWait?: (holder: LockHolder) => void;
  signal?: AbortSignal;
  /** How often the lock is tried. */
  pollMs?: number;
  /** How often the holder shows that it lives. */
  heartbeatMs?: number;
  /** After how long without a sign of life a lock counts as left behind. */
  staleMs?: number;
}

/** The content of a lock file. */
export interface LockHolder {
  pid: number;
  host: string;
  id: string;
}

/** Runs an action while holding a lock file, which is waited for. */
export async function withLock<T>(
  file: string,
  action: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const { onWait, signal, pollMs = 500, heartbeatMs = 10_000, staleMs = 120_000 } = options;
  const mine: LockHolder = { pid: process.pid, host: os.hostname(), id: crypto.randomUUID() };
  let waiting = false;
  while (!(await tryCreate(file, mine))) {
    const holder = await readHolder(file);
    if (await isStale(file, holder, staleMs)) {
      await removeStale(file, holder);
      continue;
    }
    if (!waiting && holder) {
      waiting = true;
      onWait?.(holder);
    }
    await sleep(pollMs, undefined, { signal });
  }

  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, heartbeatMs);
  heartbeat.unref();
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    if ((await readHolder(file))?.id === mine.id) await rm(file, { force: true });
  }
}

async function tryCreate(file: string, holder: LockHolder): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(file: string): Promise<LockHolder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LockHolder;
  } catch {
    // Gone, or created and not written yet.
    return undefined;
  }
}

async function isStale(file: string, holder: LockHolder | undefined, staleMs: number): Promise<boolean> {
  if (holder && holder.host === os.hostname() && !isAlive(holder.pid)) return true;
  const modified = await stat(file).then(
    (stats) => stats.mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
  return Date.now() - modified > staleMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// Another process may have seen the same stale lock, removed it and created its own in the meantime. So the file is
// moved away first, and removed only if it is the one that was judged.
async function removeStale(file: string, holder: LockHolder | undefined): Promise<void> {
  const aside = `${file}.${crypto.randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await readHolder(aside))?.id === holder?.id) await rm(aside, { force: true });
  else await rename(aside, file);
}
