import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitName, NameLabels } from './name-labels.ts';

it('cuts names that are longer than their tile, not within a letter', () => {
  expect(fitName('Ann', 100, 10)).toBe('Ann');
  expect(fitName('A name that is long', 60, 10)).toBe('A name th…');
  expect(fitName('山田太郎', 36, 10)).toBe('山田…');
  expect(fitName('👩‍👩‍👧👩‍👩‍👧', 18, 10)).toBe('👩‍👩‍👧…');
});

it('never makes what somebody typed part of a filter', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'parley-labels-'));
  const labels = new NameLabels(folder);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), async (name) => {
      const filter = await labels.filter(name, 1000, 10);
      if (filter === undefined) return;
      expect(filter).toMatch(
        /^drawtext=fontfile=[\w./-]+:textfile=label-\d+\.txt:expansion=none:fontsize=10:fontcolor=white$/,
      );
      const [file] = /label-\d+\.txt/.exec(filter) ?? [];
      expect(readFileSync(path.join(folder, file ?? ''), 'utf8')).toBe(fitName(name, 1000, 10));
    }),
    { numRuns: 30 },
  );
  rmSync(folder, { recursive: true });
});
