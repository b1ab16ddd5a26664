import { rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attendance, RecordedTrack, Segment, TrackGap } from '@parley/protocol/recording/manifest';
import type { BackoffPolicy } from '@parley/service/backoff';
import type { ThrottledLog } from '@parley/service/throttled-log';
import type { EdgeApi } from '../edge/edge-api.ts';
import type { DiskWatch } from './disk.ts';
import { type Fact, Facts, manifestPart } from './facts.ts';
import { Journal, type JournalEntry, journalName } from './journal.ts';
import { persist } from './retry.ts';
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

/** Facts in a report: far from what the edge reads at once. */
const FACTS_PER_REPORT = 200;
/** Between reports while all goes well, ms. */
export const REPORT_MS = 5000;
const EDGE_BACKOFF: BackoffPolicy = { firstMs: 1000, mostMs: 30_000 };

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
  /** Aborted when there will be no more. */
  readonly #over = new AbortController();
  #wake = Promise.withResolvers<void>();

  private constructor(context: StoreContext, id: EpochId, folder: string, journal: Journal) {
    this.#context = context;
    this.id = id;
    this.folder = folder;
    this.#journal = journal;
    this.done = Promise.resolve().then(() => this.#run());
  }

  /**
   * Opens the store of a turn; what its journal says from before is told, and uploaded, again as far as need be.
   *
   * @param folder of the recording, there already
   * @throws when the journal cannot be opened
   */
  static async open(context: StoreContext, id: EpochId, folder: string) {
    const opened = await Journal.open(join(folder, journalName(id.epoch)), (error) => {
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

  onSegment(segment: Segment): void {
    this.#context.onSegment(segment.bytes);
    this.#add({ type: 'segment', segment });
  }

  /** There will be no more: what is left is uploaded and told, and the edge hears that it was all. */
  end(): void {
    if (this.#ended) return;
    this.#journal.append({ type: 'ended' });
    this.#over.abort();
    this.#wake.resolve();
  }

  /** Lets go of it, whatever is left to do; the next process goes on. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake.resolve();
    await this.done;
    await this.#journal.close();
  }

  get #ended(): boolean {
    return this.#over.signal.aborted;
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
        else this.#hold(entry.segment);
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

  #add(fact: Fact): void {
    this.#journal.append(fact);
    if (fact.type === 'segment') this.#hold(fact.segment);
    else this.#facts.add(fact);
    this.#wake.resolve();
  }

  #hold(segment: Segment): void {
    const { uploader } = this.#context;
    this.#facts.add({ type: 'segment', segment }, uploader !== undefined);
    if (uploader === undefined) return;
    const { recordingId } = this.id;
    const local = join(this.folder, segment.file);
    uploader.upload(recordingId, segment.file, local, segment.bytes, this.#stop.signal).then(
      (isThere) => {
        if (isThere) {
          this.#journal.append({ type: 'uploaded', file: segment.file });
          this.#facts.release(segment);
        } else {
          this.#facts.forget(segment);
          const fields = { recordingId, file: segment.file };
          this.#context.events.error('segment-gone', fields, 'a segment was removed before it was uploaded');
        }
        this.#wake.resolve();
      },
      // Let go of.
      () => undefined,
    );
  }

  async #run(): Promise<boolean> {
    const { signal } = this.#stop;
    try {
      for (;;) {
        await this.#wake.promise;
        this.#wake = Promise.withResolvers<void>();
        signal.throwIfAborted();
        const told = await this.#tell();
        if (told === 'all') {
          await this.#complete();
          return true;
        }
        // What comes in the meantime goes together.
        await this.#pause();
        if (told === 'more') this.#wake.resolve();
      }
    } catch (error) {
      if (!signal.aborted) {
        const fields = { recordingId: this.id.recordingId, error: String(error) };
        this.#context.events.error('reports-ended', fields, 'the edge takes no reports of a recording');
      }
      return false;
    }
  }

  /** Tells the edge what can be told now. */
  async #tell(): Promise<'all' | 'more' | 'rest'> {
    const facts = this.#facts.next(FACTS_PER_REPORT);
    const complete = this.#ended && facts.length === this.#facts.size;
    if (facts.length === 0 && !complete) return 'rest';
    const { recordingId, epoch } = this.id;
    const body = { part: manifestPart(epoch, facts), complete };
    // Whatever the answer: what is not told, or put off, is lost, and a proxy or an older edge may refuse for a while what this one takes.
    const { refused } = await persist(() => this.#context.edge.report(recordingId, body, this.#stop.signal), {
      policy: EDGE_BACKOFF,
      signal: this.#stop.signal,
      onError: (error) => {
        const fields = { recordingId, error: String(error) };
        this.#context.events.warn(
          'report-failed',
          fields,
          'the edge did not take a report; it is tried again',
        );
      },
    });
    this.#facts.told(facts);
    for (const file of refused) await this.#drop(file);
    if (!complete && this.#context.uploader !== undefined && this.#context.disk.scarce) {
      for (const { file } of body.part.segments) await this.#remove(file);
    }
    if (complete && this.#facts.size === 0) return 'all';
    return this.#facts.next(1).length > 0 ? 'more' : 'rest';
  }

  /** Nobody wants this file: another recorder had the turn, or the recording is deleted. */
  async #drop(file: string): Promise<void> {
    const { recordingId } = this.id;
    this.#context.events.info(
      'segment-refused',
      { recordingId, file },
      'a segment that nobody wants is deleted',
    );
    await this.#remove(file);
    await this.#context.uploader?.remove(recordingId, file, this.#stop.signal);
  }

  async #remove(file: string): Promise<void> {
    await unlink(join(this.folder, file)).catch(() => undefined);
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

  /** The end, in sight or not, is not waited for long. */
  async #pause(): Promise<void> {
    const { reportMs } = this.#context;
    const signals = this.#ended ? [this.#stop.signal] : [this.#stop.signal, this.#over.signal];
    const ms = this.#ended ? reportMs / 10 : reportMs;
    await sleep(ms, undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined);
  }
}
