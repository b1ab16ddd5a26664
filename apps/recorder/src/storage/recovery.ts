import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Segment } from '@parley/protocol/recording/manifest';
import { EpochStore, type StoreContext } from './epoch-store.ts';
import { isFolderName, syncPath } from './folders.ts';
import { journalName, parseJournal } from './journal.ts';

/** A turn at a recording that some process before this one has not told all of. */
interface Left {
  recordingId: string;
  roomId: string;
  epoch: number;
  segments: Segment[];
}

/**
 * Goes on with what earlier processes left: uploads and reports all that their journals tell of. What was open when they ended, and what is in no journal, cannot
 * be told what it is: it is deleted, and said so.
 *
 * @returns the stores, which are told already that there will be no more
 */
export async function recover(context: StoreContext): Promise<EpochStore[]> {
  const stores: EpochStore[] = [];
  for (const left of await findLeft(context)) {
    const { recordingId, roomId, epoch, segments } = left;
    const folder = join(context.root, recordingId);
    try {
      for (const segment of segments) await nameSealed(folder, segment);
      const { store, unread } = await EpochStore.open(context, { recordingId, roomId, epoch }, folder);
      const known = segments.map(({ file }) => file);
      const lost = await removeUnknown(folder, epoch, new Set(known));
      store.end();
      stores.push(store);
      context.events.warn(
        'recovered',
        { recordingId, epoch, segments: known.length, lost: lost.length, unread },
        'an earlier process left a recording: what it has is uploaded and reported',
      );
    } catch (error) {
      const fields = { recordingId, epoch, error: String(error) };
      context.events.error('recovery-failed', fields, 'what an earlier process recorded cannot be read');
    }
  }
  return stores;
}

async function findLeft(context: StoreContext): Promise<Left[]> {
  const left: Left[] = [];
  for (const recordingId of await readdir(context.root)) {
    if (!isFolderName(recordingId)) continue;
    const names = await readdir(join(context.root, recordingId)).catch(() => []);
    for (const name of names) {
      if (!/^journal-\d+\.jsonl$/.test(name)) continue;
      const file = join(context.root, recordingId, name);
      const text = await readFile(file, 'utf8').catch((error: unknown) => {
        const fields = { recordingId, name, error: String(error) };
        context.events.error('recovery-failed', fields, 'what an earlier process recorded cannot be read');
      });
      if (text === undefined) continue;
      const { entries } = parseJournal(text);
      if (entries.at(-1)?.type === 'complete') continue;
      const begun = entries.find((entry) => entry.type === 'begun');
      if (begun !== undefined && begun.recordingId === recordingId && journalName(begun.epoch) === name) {
        const segments = entries.flatMap((entry) => (entry.type === 'segment' ? [entry.segment] : []));
        left.push({ recordingId, roomId: begun.roomId, epoch: begun.epoch, segments });
        continue;
      }
      // Torn in its first line: nothing had been recorded.
      await rename(file, `${file}.unread`).catch(() => undefined);
      context.events.warn('journal-unread', { recordingId, name }, 'a journal says nothing');
    }
  }
  return left;
}

/** Gives a segment that is whole the name that its process came not to give it. */
async function nameSealed(folder: string, { file, bytes }: Segment): Promise<void> {
  const target = join(folder, file);
  const size = async (path: string) => (await stat(path).catch(() => undefined))?.size;
  if ((await size(target)) !== undefined || (await size(`${target}.part`)) !== bytes) return;
  await rename(`${target}.part`, target);
  await syncPath(dirname(target));
}

/** Deletes what no journal tells of below an epoch's folder. @returns what was deleted */
async function removeUnknown(folder: string, epoch: number, known: ReadonlySet<string>): Promise<string[]> {
  const names = await readdir(join(folder, String(epoch)), { recursive: true }).catch(() => []);
  const removed: string[] = [];
  for (const name of names) {
    const file = `${epoch}/${name}`;
    const isFile = (await stat(join(folder, file)).catch(() => undefined))?.isFile() === true;
    if (!isFile || known.has(file)) continue;
    await rm(join(folder, file), { force: true });
    removed.push(file);
  }
  return removed;
}
