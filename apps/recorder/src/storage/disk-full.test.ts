import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@parley/service/testing/inbox';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DiskLevel, DiskWatch } from './disk.ts';
import { Journal, type JournalEntry } from './journal.ts';

const MEGABYTE = 1_000_000;
/** A small disk has to be mounted. */
const isRoot = process.getuid?.() === 0;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-full-'));
  if (isRoot) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
});
afterEach(async () => {
  if (isRoot) execFileSync('umount', [folder]);
  await rm(folder, { recursive: true, force: true });
});

it.runIf(isRoot)(
  'a disk that gets full is noticed, and what was to be written is written when it has room again',
  async () => {
    const levels: DiskLevel[] = [];
    let scarce = 0;
    const disk = await DiskWatch.open(folder, 1.5 * MEGABYTE, {
      onLevel: (level) => levels.push(level),
      onScarce: () => {
        scarce += 1;
      },
    });
    await disk.look();
    expect(scarce).toBe(0);
    const failures: Error[] = [];
    const file = join(folder, 'journal-1.jsonl');
    const { journal } = await Journal.open(file, (error) => failures.push(error));
    const uploaded = (index: number): JournalEntry => ({ type: 'uploaded', file: `1/t/${index}.webm` });
    journal.append(uploaded(0));
    await journal.flushed();

    const filler = join(folder, 'filler');
    await writeFile(filler, Buffer.alloc(2.9 * MEGABYTE));
    await disk.look();
    expect(scarce, 'copies are to go').toBe(1);
    await expect(writeFile(join(folder, 'more'), Buffer.alloc(4 * MEGABYTE))).rejects.toThrow('ENOSPC');
    await disk.look();
    expect(levels).toEqual(['full', 'critical']);
    // More than the rest of a page.
    for (let index = 1; index < 400; index += 1) journal.append(uploaded(index));
    await until(() => failures.length > 0, 'the journal meets the full disk');
    await rm(filler);
    await rm(join(folder, 'more'));
    await journal.flushed();
    await journal.close();
    await disk.look();
    expect(levels).toEqual(['full', 'critical', 'enough']);
    disk.close();
    const again = await Journal.open(file, () => undefined);
    const files = new Set(again.entries.flatMap((entry) => (entry.type === 'uploaded' ? [entry.file] : [])));
    expect(files.size, 'every line is there').toBe(400);
    expect((await readFile(file, 'utf8')).endsWith('\n')).toBe(true);
    await again.journal.close();
  },
);
