import { readlinkSync } from 'node:fs';
import { type FileHandle, mkdir, mkdtemp, open, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { diskStorage } from '../jobs/finish-storage.ts';
import { OtherDisks } from '../jobs/other-disks.ts';
import { makeFolder, recordingFolder, removeOldWork, workFolder } from './folders.ts';
import { Journal } from './journal.ts';

it('no id leaves the folder of the recordings', () => {
  expect(recordingFolder('/recordings', 'eu.rec-1_a')).toBe('/recordings/eu.rec-1_a');
  // As recordings of a jurisdiction begin.
  expect(recordingFolder('/recordings', 'eu~rec-1')).toBe('/recordings/eu~rec-1');
  for (const id of [
    '..',
    '~',
    '~root',
    '.work',
    '../etc',
    'a/b',
    'a\\b',
    '',
    ' ',
    'a\0b',
    'ä',
    'a'.repeat(65),
  ]) {
    expect(() => recordingFolder('/recordings', id), JSON.stringify(id)).toThrow('names no folder');
  }
});

it('what a finisher left is removed when nobody goes on with it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'parley-work-'));
  await removeOldWork(root, 1000);
  for (const name of ['old', 'new']) await mkdir(join(workFolder(root), name), { recursive: true });
  await utimes(join(workFolder(root), 'old'), 1, 1);
  await removeOldWork(root, 60_000);
  expect(await readdir(workFolder(root))).toEqual(['new']);
  await rm(root, { recursive: true });
});

it('what a folder holds is on the disk, up to the first folder that was there', async () => {
  const root = await mkdtemp(join(tmpdir(), 'parley-synced-'));
  const probe = await open(root, 'r');
  const synced: string[] = [];
  const spy = vi.spyOn(Object.getPrototypeOf(probe), 'sync').mockImplementation(function (this: FileHandle) {
    synced.push(readlinkSync(`/proc/self/fd/${this.fd}`));
    return this.datasync();
  });
  try {
    await makeFolder(join(root, 'a', 'b'));
    expect(synced).toEqual([join(root, 'a'), root]);
    await makeFolder(join(root, 'a', 'b'));
    expect(synced).toHaveLength(2);
    const { journal } = await Journal.open(join(root, 'a', 'b', 'journal-1.jsonl'), () => undefined);
    await journal.close();
    expect(synced.at(-1)).toBe(join(root, 'a', 'b'));
    const others = new OtherDisks({ sources: [], signal: AbortSignal.abort(), onGone: () => undefined });
    const storage = diskStorage({ folder: join(root, 'a'), cache: join(root, 'cache'), others });
    await writeFile(join(root, 'made'), 'a film');
    await storage.put(join(root, 'made'), 'files/film.webm');
    expect(synced.slice(3)).toEqual([
      join(root, 'a'),
      join(root, 'a/files/film.webm.new'),
      join(root, 'a/files'),
    ]);
  } finally {
    spy.mockRestore();
    await probe.close();
    await rm(root, { recursive: true });
  }
});
