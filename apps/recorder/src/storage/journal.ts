import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OpaqueId, RoomId } from '@parley/protocol/identifiers';
import { RecordingEpoch } from '@parley/protocol/recording/capture';
import {
  Attendance,
  RecordedTrack,
  RecordingPath,
  Segment,
  TrackGap,
} from '@parley/protocol/recording/manifest';
import { z } from 'zod';
import { syncPath } from './folders.ts';

/** A line of a journal: what is known of one recorder's turn at a recording. */
export const JournalEntry = z.discriminatedUnion('type', [
  /** The first line. */
  z.object({
    type: z.literal('begun'),
    recordingId: OpaqueId,
    roomId: RoomId,
    epoch: RecordingEpoch,
  }),
  z.object({ type: z.literal('participant'), participant: Attendance }),
  z.object({ type: z.literal('track'), track: RecordedTrack }),
  z.object({ type: z.literal('segment'), segment: Segment }),
  z.object({ type: z.literal('gap'), gap: TrackGap }),
  /** The bucket has it. */
  z.object({ type: z.literal('uploaded'), file: RecordingPath }),
  /** There will be no more. */
  z.object({ type: z.literal('ended') }),
  /** The edge knows all of it, and a finisher finds it. */
  z.object({ type: z.literal('complete') }),
]);
export type JournalEntry = z.infer<typeof JournalEntry>;

/** Between tries to write to a disk that takes nothing, ms. */
const RETRY_MS = 1000;

/** The name of the journal of an epoch, in its recording's folder. */
export function journalName(epoch: number): string {
  return `journal-${epoch}.jsonl`;
}

/** Reads what a journal says; a line that was torn by a crash, or that no process of ours wrote, counts as not there. */
export function parseJournal(text: string): { entries: JournalEntry[]; unread: number } {
  const entries: JournalEntry[] = [];
  let unread = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const entry = readLine(line);
    if (entry === undefined) unread += 1;
    else entries.push(entry);
  }
  return { entries, unread };
}

function readLine(line: string): JournalEntry | undefined {
  try {
    return JournalEntry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/**
 * An append-only file of JSON lines, each synced before the next is written. Appending never waits and never throws:
 * a disk that is full is tried again.
 */
export class Journal {
  readonly #handle: FileHandle;
  readonly #onError: (error: Error) => void;
  readonly #closing = new AbortController();
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  /** Whether what is at the end of the file may be a torn line. */
  #torn: boolean;

  private constructor(handle: FileHandle, torn: boolean, onError: (error: Error) => void) {
    this.#handle = handle;
    this.#torn = torn;
    this.#onError = onError;
  }

  /**
   * Opens a journal, a new one perhaps, and tells what it says.
   *
   * @param onError hears of each try to write that failed
   */
  static async open(file: string, onError: (error: Error) => void) {
    const handle = await open(file, 'a+', 0o600);
    const text = await readFile(file, 'utf8');
    if (text === '') await syncPath(dirname(file));
    const journal = new Journal(handle, text !== '' && !text.endsWith('\n'), onError);
    return { journal, ...parseJournal(text) };
  }

  append(entry: JournalEntry): void {
    this.#waiting.push(`${JSON.stringify(entry)}\n`);
    this.#writing ??= this.#write();
  }

  /** When all that was appended so far is on the disk, which may take for ever where it is full, or `signal` aborts. */
  async flushed(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    signal?.addEventListener('abort', () => resolve(), { once: true });
    await Promise.race([this.#writing, aborted]);
  }

  /** Tries once more to write what waits, then closes. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
    await this.#handle.close();
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      try {
        await this.#handle.appendFile(`${this.#torn ? '\n' : ''}${lines.join('')}`);
        this.#torn = false;
        await this.#handle.datasync();
      } catch (error) {
        // A line may be there twice then, which changes nothing.
        this.#torn = true;
        this.#waiting.unshift(...lines);
        this.#onError(error instanceof Error ? error : new Error(String(error)));
        if (this.#closing.signal.aborted) break;
        await this.#pause();
      }
    }
    this.#writing = undefined;
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, RETRY_MS);
    this.#closing.signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
  }
}
