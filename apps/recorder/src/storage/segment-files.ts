import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Segment } from '@parley/protocol/recording/manifest';
import type { ThrottledLog } from '@parley/service/throttled-log';
import type { DiskWatch } from './disk.ts';
import type { Fact, Facts } from './facts.ts';
import type { Uploader } from './uploader.ts';

export interface SegmentFilesOptions {
  recordingId: string;
  /** Of the recording. */
  folder: string;
  facts: Facts;
  /** Undefined when segments stay on the disk. */
  uploader: Uploader | undefined;
  disk: Pick<DiskWatch, 'scarce'>;
  events: ThrottledLog;
  /** Lets go of all that is not uploaded. */
  signal: AbortSignal;
  /** The bucket has it. */
  onUploaded(file: string): void;
  /** There may be something to tell. */
  onChange(): void;
}

/** Where the segments of one turn at a recording are: on this disk, in the bucket, or in both until the disk gets scarce. */
export class SegmentFiles {
  readonly #options: SegmentFilesOptions;
  /** Files that the edge knows, and that the bucket has too. */
  readonly #copies = new Set<string>();

  constructor(options: SegmentFilesOptions) {
    this.#options = options;
  }

  /** Brings a segment to where a finisher finds it; then it may be told. */
  bring(segment: Segment): void {
    const { recordingId, folder, facts, uploader, events, signal, onUploaded, onChange } = this.#options;
    facts.add({ type: 'segment', segment }, uploader !== undefined);
    if (uploader === undefined) return;
    const { file, bytes } = segment;
    uploader.upload(recordingId, file, join(folder, file), bytes, signal).then(
      (isThere) => {
        if (isThere) {
          onUploaded(file);
          facts.release(segment);
        } else {
          facts.forget(segment);
          events.error('segment-gone', { recordingId, file }, 'a segment was removed before it was uploaded');
        }
        onChange();
      },
      // Let go of.
      () => undefined,
    );
  }

  /** The edge knows these, but for those that it refused. @throws when the signal aborts */
  async told(facts: readonly Fact[], refused: readonly string[]): Promise<void> {
    for (const file of refused) await this.#drop(file);
    if (this.#options.uploader === undefined) return;
    for (const fact of facts) {
      if (fact.type === 'segment' && !refused.includes(fact.segment.file))
        this.#copies.add(fact.segment.file);
    }
    if (this.#options.disk.scarce) await this.spare();
  }

  /** The disk gets scarce: what is elsewhere too, and known there, goes. */
  async spare(): Promise<void> {
    const copies = [...this.#copies];
    this.#copies.clear();
    for (const file of copies) await this.#remove(file);
  }

  /** Nobody wants this file: another recorder had the turn, or the recording is deleted. */
  async #drop(file: string): Promise<void> {
    const { recordingId, uploader, events, signal } = this.#options;
    events.info('segment-refused', { recordingId, file }, 'a segment that nobody wants is deleted');
    await this.#remove(file);
    await uploader?.remove(recordingId, file, signal);
  }

  async #remove(file: string): Promise<void> {
    await unlink(join(this.#options.folder, file)).catch(() => undefined);
  }
}
