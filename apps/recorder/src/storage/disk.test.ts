import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type DiskLevel, DiskWatch, diskLevel } from './disk.ts';

it('takes no more recordings below the mark, and gives those it has away below half of it', () => {
  expect([1000, 999, 500, 499].map((free) => diskLevel(free, 1000))).toEqual([
    'enough',
    'full',
    'full',
    'critical',
  ]);
});

it('measures the disk, and takes one that is gone for full', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-disk-'));
  const levels: DiskLevel[] = [];
  const disk = await DiskWatch.open(folder, 1, {
    onLevel: (level) => levels.push(level),
    onScarce: () => undefined,
  });
  expect(disk.level).toBe('enough');
  expect(disk.free).toBeGreaterThan(1);
  await rm(folder, { recursive: true });
  await disk.look();
  expect(levels).toEqual(['critical']);
  disk.close();
});
