import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recordingFolder, removeOldWork, workFolder } from './folders.ts';

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
