import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Names a recording may have to be a folder, or a part of a key: the edge makes no others. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/;

/** Whether a recording's id can name its folder and nothing else. */
export function isFolderName(recordingId: string): boolean {
  return NAME.test(recordingId);
}

/** The folder of a recording. @throws when the id names something else */
export function recordingFolder(root: string, recordingId: string): string {
  if (!isFolderName(recordingId)) throw new Error('a recording’s id names no folder');
  return join(root, recordingId);
}

/** Where finishers work. No recording's name begins with a dot. */
export function workFolder(root: string): string {
  return join(root, '.work');
}

/** Makes a folder if need be, which is there when the machine comes up again too. @throws when that is impossible */
export async function makeFolder(folder: string): Promise<string> {
  const first = await mkdir(folder, { recursive: true, mode: 0o750 });
  if (first === undefined) return folder;
  for (let made = resolve(folder); ; made = dirname(made)) {
    // The folder above those of recordings may be one that this process cannot read.
    await syncPath(dirname(made)).catch(() => undefined);
    if (made === first || made === dirname(made)) return folder;
  }
}

/** Brings to the disk what a file has, or which names a folder has: a file whose content is there may still be without one. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}

/** Removes unfinished work that nobody has gone on with for `ms`: another recorder has finished it, or nobody will. */
export async function removeOldWork(root: string, ms: number): Promise<void> {
  const folder = workFolder(root);
  for (const name of await readdir(folder).catch(() => [])) {
    const changed = (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs;
    if (changed === undefined || Date.now() - changed < ms) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
