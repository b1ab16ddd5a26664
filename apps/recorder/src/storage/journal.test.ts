import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal, type JournalEntry } from './journal.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-journal-'));
  file = join(folder, 'journal-1.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const begun: JournalEntry = { type: 'begun', recordingId: 'rec', roomId: 'room', epoch: 1 };
const uploaded = (index: number): JournalEntry => ({ type: 'uploaded', file: `1/t/${index}.webm` });

async function open() {
  return await Journal.open(file, (error) => {
    throw error;
  });
}

describe('Journal', () => {
  it('keeps what it is told, in order', async () => {
    const { journal, entries } = await open();
    expect(entries).toEqual([]);
    journal.append(begun);
    for (let index = 0; index < 50; index += 1) journal.append(uploaded(index));
    await journal.flushed();
    expect(await readFile(file, 'utf8')).toContain('"49.webm"'.slice(1));
    await journal.close();
    const again = await open();
    expect(again.entries).toEqual([begun, ...Array.from({ length: 50 }, (_, index) => uploaded(index))]);
    await again.journal.close();
  });

  it('goes on behind a line that a crash has torn', async () => {
    const first = await open();
    first.journal.append(begun);
    await first.journal.close();
    await appendFile(file, '{"type":"uploaded","file":"1/t/0');
    const second = await open();
    expect(second).toMatchObject({ entries: [begun], unread: 1 });
    second.journal.append(uploaded(1));
    await second.journal.close();
    const third = await open();
    expect(third.entries).toEqual([begun, uploaded(1)]);
    await third.journal.close();
  });
});
