import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attendance, RecordedTrack, Segment, TrackGap } from '@parley/protocol/recording/manifest';
import type { ThrottledLog } from '@parley/service/throttled-log';
import type { EdgeApi } from '../edge/edge-api.ts';
import type { DiskWatch } from './disk.ts';
import { type Fact, Facts } from './facts.ts';
import { makeFolder } from './folders.ts';
import { Journal, type JournalEntry, journalName } from './journal.ts';
import { Reports } from './reports.ts';
import { SegmentFiles } from './segment-files.ts';
import type { Uploader } from './uploader.ts';

/** What all stores of a process share. */
export interface StoreContext {
  /** `recording.path`, absolute. */
  root: string;
  /** Where recordings go; undefined when they stay on the disk. */
  uploader: Uploader | undefined;
  edge: EdgeApi;
  disk: Pick<DiskWatch, 'scarce'>;
  events: ThrottledLog;
  /** Least time between two reports, ms. */
  reportMs: number;
  /** A segment is closed. */
  onSegment(bytes: number): void;
}

/** Which recorder's turn at which recording. */
export interface EpochId {
  recordingId: string;
  roomId: string;
  epoch: number;
}

/** A disk that takes no line of the journal keeps a segment from its name for so long, ms. */
const SEAL_MS = 2000;

/**
 * One recorder's turn at a recording, as it is kept: every fact goes into the journal, every segment to the bucket, and the edge is told of what a finisher
 * finds. It goes on until all is told, in this process or, from the journal, in the next.
 *
 * A bucket's recorder keeps its copy of a segment until the whole turn is complete, or until the bucket has it, the edge knows it and
 * the disk gets scarce. Without a bucket everything stays until the recording is deleted.
 */
export class EpochStore {
  readonly id: EpochId;
  readonly folder: string;
  /** Whether all of it is told, once it is over; rejects never. */
  readonly done: Promise<boolean>;
  readonly #context: StoreContext;
  readonly #journal: Journal;
  readonly #facts = new Facts();
  readonly #stop = new AbortController();
  readonly #reports: Reports;
  /** Files of segments that the journal tells of, and that have yet to get their names. */
  readonly #sealed = new Set<string>();
  readonly #files: SegmentFiles;

  private constructor(context: StoreContext, id: EpochId, folder: string, journal: Journal) {
    this.#context = context;
    this.id = id;
    this.folder = folder;
    this.#journal = journal;
    const { edge, events, reportMs, uploader, disk } = context;
    const common = { recordingId: id.recordingId, facts: this.#facts, events, signal: this.#stop.signal };
    this.#files = new SegmentFiles({
      ...{ ...common, folder, uploader, disk },
      onUploaded: (file) => journal.append({ type: 'uploaded', file }),
      onChange: () => this.#reports.wake(),
    });
    this.#reports = new Reports({
      ...{ ...common, epoch: id.epoch, edge, reportMs },
      onTold: (facts, refused) => this.#files.told(facts, refused),
    });
    this.done = Promise.resolve().then(() => this.#run());
  }

  /**
   * Opens the store of a turn; what its journal says from before is told, and uploaded, again as far as need be.
   *
   * @param folder of the recording, made if need be
   * @throws when the journal cannot be opened
   */
  static async open(context: StoreContext, id: EpochId, folder: string) {
    const opened = await openJournal(folder, id.epoch, (error) => {
      const fields = { recordingId: id.recordingId, error: String(error) };
      context.events.warn(
        'journal-unwritten',
        fields,
        'the disk does not take the journal; it is tried again',
      );
    });
    const { journal, entries, unread } = opened;
    const store = new EpochStore(context, id, folder, journal);
    if (entries.length === 0) journal.append({ type: 'begun', ...id });
    const uploaded = new Set(entries.flatMap((entry) => (entry.type === 'uploaded' ? [entry.file] : [])));
    for (const entry of entries) store.#recall(entry, uploaded);
    return { store, entries, unread };
  }

  /** Somebody came, went, or has another name. */
  onParticipant(participant: Attendance): void {
    this.#add({ type: 'participant', participant });
  }

  onTrack(track: RecordedTrack): void {
    this.#add({ type: 'track', track });
  }

  onGap(gap: TrackGap): void {
    this.#add({ type: 'gap', gap });
  }

  /**
   * Writes down what a segment is before it has its name: a process that dies between the two would leave a file that nobody knows what it is. Waits for a disk
   * that is full only for a moment.
   */
  async onSealed(segment: Segment): Promise<void> {
    this.#sealed.add(segment.file);
    this.#journal.append({ type: 'segment', segment });
    await this.#journal.flushed(AbortSignal.timeout(SEAL_MS));
  }

  onSegment(segment: Segment): void {
    this.#context.onSegment(segment.bytes);
    if (!this.#sealed.delete(segment.file)) this.#journal.append({ type: 'segment', segment });
    this.#files.bring(segment);
    this.#reports.wake();
  }

  /** The disk gets scarce: what is elsewhere too, and known there, goes. */
  spare(): Promise<void> {
    return this.#files.spare();
  }

  /** There will be no more: what is left is uploaded and told, and the edge hears that it was all. */
  end(): void {
    if (this.#reports.ended) return;
    this.#journal.append({ type: 'ended' });
    this.#reports.end();
  }

  /** Lets go of it, whatever is left to do; the next process goes on. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.done;
    await this.#journal.close();
  }

  #recall(entry: JournalEntry, uploaded: ReadonlySet<string>): void {
    switch (entry.type) {
      case 'participant':
      case 'track':
      case 'gap':
        this.#facts.add(entry);
        return;
      case 'segment':
        if (uploaded.has(entry.segment.file)) this.#facts.add(entry);
        else this.#files.bring(entry.segment);
        return;
      case 'begun':
      case 'uploaded':
      case 'ended':
      case 'complete':
        return;
      default:
        entry satisfies never;
    }
  }

  #add(fact: Exclude<Fact, { type: 'segment' }>): void {
    this.#journal.append(fact);
    this.#facts.add(fact);
    this.#reports.wake();
  }

  async #run(): Promise<boolean> {
    try {
      await this.#reports.run();
      await this.#complete();
      return true;
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        const fields = { recordingId: this.id.recordingId, error: String(error) };
        this.#context.events.error('reports-ended', fields, 'the edge takes no reports of a recording');
      }
      return false;
    }
  }

  async #complete(): Promise<void> {
    const { recordingId, epoch } = this.id;
    this.#context.events.info('epoch-complete', { recordingId, epoch }, 'the edge knows all of a recording');
    if (this.#context.uploader === undefined) {
      this.#journal.append({ type: 'complete' });
      await this.#journal.flushed(this.#stop.signal);
      return;
    }
    // A disk that is full may not take another line: it gets room by this.
    await rm(join(this.folder, String(epoch)), { recursive: true, force: true });
    await rm(join(this.folder, journalName(epoch)), { force: true });
    // Not empty while another turn at the same recording is here.
    await rmdir(this.folder).catch(() => undefined);
  }
}

/** How often another turn's end can take away the folder that was just made: once, for each that ends now. */
const MOST_TRIES = 5;

async function openJournal(folder: string, epoch: number, onError: (error: Error) => void) {
  for (let tries = 1; ; tries += 1) {
    try {
      await makeFolder(folder);
      return await Journal.open(join(folder, journalName(epoch)), onError);
    } catch (error) {
      const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isGone || tries === MOST_TRIES) throw error;
    }
  }
}
