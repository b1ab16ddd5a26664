import path from 'node:path';
import { SEGMENT_SECONDS, type Segment } from '@parley/protocol/recording/manifest';
import { type Format, sameFormat } from './codecs/depacketizer.ts';
import type { DiskQueue } from './disk-queue.ts';
import { extensionOf, SegmentFile } from './segment-file.ts';
import type { Source } from './source.ts';

/** A frame with its place on the RTP time of its source, unwrapped. */
export interface TrackFrame {
  readonly source: Source;
  readonly data: Uint8Array;
  readonly rtp: number;
  readonly format?: Format;
  readonly duration?: number;
}

/** Longest time a frame is shown at the end of a segment, seconds; whoever plays it holds it longer. */
const LAST_FRAME_SECONDS = 1;

export interface TrackSegmentsOptions {
  readonly folder: string;
  /** Below the folder: `<epoch>/<key>`. */
  readonly base: string;
  readonly kind: 'audio' | 'video';
  /** RTP units in a second. */
  readonly clockRate: number;
  readonly disk: DiskQueue;
  /** A segment is whole on the disk, but for its name; what this gives is called when it has that. Its RTP times are the source's own. */
  onSealed(segment: Omit<Segment, 'trackId' | 'epoch'>, source: Source): Promise<() => void>;
  /** What the source had at these RTP times is not on the disk. */
  onFailed(rtpFrom: number, rtpTo: number, source: Source, error: Error): void;
}

interface Open {
  readonly file: SegmentFile;
  readonly name: string;
  readonly index: number;
  readonly format: Format;
  readonly rtpFrom: number;
  /** When its first frame came. */
  readonly since: number;
  readonly keyFrame: boolean;
  /** The last frame, which is written when the next one says how long it lasts. */
  last: TrackFrame;
  lastDuration: number;
  frames: number;
  width: number;
  height: number;
  lost: number;
  error: Error | undefined;
}

/** Cuts a track's frames into files of at most {@link SEGMENT_SECONDS}. Writes in the background, in order, through the {@link DiskQueue}. */
export class TrackSegments {
  readonly #options: TrackSegmentsOptions;
  #open: Open | undefined;
  #index = 0;
  /** Of the last key frame: what a segment begins with that has none of its own. */
  #format: Format | undefined;
  #lost = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(options: TrackSegmentsOptions) {
    this.#options = options;
  }

  /** How long the open segment is, milliseconds; 0 when none is open. */
  age(now: number): number {
    return this.#open === undefined ? 0 : now - this.#open.since;
  }

  /** Packets that never came, and are told with the segment that is open or comes. */
  lost(count: number): void {
    if (this.#open === undefined) this.#lost += count;
    else this.#open.lost += count;
  }

  /** @returns false for a frame that cannot be in a file: nothing says what it is, or it is from before the last one. */
  add(frame: TrackFrame, now: number): boolean {
    const { clockRate } = this.#options;
    if (this.#open !== undefined && frame.source !== this.#open.last.source) this.close();
    if (this.#open !== undefined && frame.rtp <= this.#open.last.rtp) return false;
    if (this.#open !== undefined && this.#cutBefore(frame, this.#open)) this.close(frame.rtp);
    this.#format = frame.format ?? this.#format;
    const open = this.#open;
    if (open === undefined) return this.#begin(frame, now);
    open.lastDuration = frame.rtp - open.last.rtp;
    this.#write(open, open.last, open.lastDuration / clockRate);
    open.last = frame;
    open.frames += 1;
    open.width = Math.max(open.width, frame.format?.width ?? 0);
    open.height = Math.max(open.height, frame.format?.height ?? 0);
    return true;
  }

  /** Closes what is open. @param next RTP time of a frame that goes on right there, if one does. */
  close(next?: number): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const { clockRate } = this.#options;
    const most = LAST_FRAME_SECONDS * clockRate;
    const held = open.last.duration ?? Math.min(open.lastDuration, most);
    const length = next === undefined ? held : Math.min(next - open.last.rtp, most);
    this.#write(open, open.last, length / clockRate);
    const rtpTo = open.last.rtp + Math.max(1, length);
    this.#enqueue(open, 0, async () => {
      const { bytes, sha256 } = await open.file.seal();
      const { name, index, rtpFrom, frames, keyFrame, width, height, lost } = open;
      const size = width > 0 ? { width, height } : {};
      const segment = { index, file: name, rtpFrom, rtpTo, frames, keyFrame, ...size, lost, bytes, sha256 };
      const told = await this.#options.onSealed(segment, open.last.source);
      await open.file.name();
      told();
    });
    this.#work = this.#work.then(async () => {
      if (open.error === undefined) return;
      await open.file.abandon();
      this.#options.onFailed(open.rtpFrom, rtpTo, open.last.source, open.error);
    });
  }

  /** When all that was closed is on the disk, and told. */
  settled(): Promise<void> {
    return this.#work;
  }

  #cutBefore(frame: TrackFrame, open: Open): boolean {
    if (open.error !== undefined) return true;
    if (frame.format !== undefined && !sameFormat(frame.format, open.format)) return true;
    const length = (frame.rtp - open.rtpFrom + (frame.duration ?? 0)) / this.#options.clockRate;
    if (length > SEGMENT_SECONDS) return true;
    if (this.#options.kind === 'audio' || frame.format === undefined) return false;
    // The key frame that was asked for ends a segment, and one that could not be decoded by itself; others need not.
    return length > CUT_FROM_SECONDS || !open.keyFrame;
  }

  #begin(frame: TrackFrame, now: number): boolean {
    const format = this.#format;
    if (format === undefined) return false;
    const index = this.#index++;
    const { folder, base, clockRate } = this.#options;
    const name = `${base}/${String(index).padStart(6, '0')}.${extensionOf(format)}`;
    const file = new SegmentFile(path.join(folder, name), format);
    this.#open = {
      file,
      name,
      index,
      format,
      rtpFrom: frame.rtp,
      since: now,
      keyFrame: frame.format !== undefined,
      last: frame,
      lastDuration: clockRate / 30,
      frames: 1,
      width: format.width ?? 0,
      height: format.height ?? 0,
      lost: this.#lost,
      error: undefined,
    };
    this.#lost = 0;
    this.#enqueue(this.#open, 0, () => file.open());
    return true;
  }

  #write(open: Open, frame: TrackFrame, duration: number): void {
    const at = (frame.rtp - open.rtpFrom) / this.#options.clockRate;
    const key = frame.format !== undefined;
    this.#enqueue(open, frame.data.length, () => open.file.add({ data: frame.data, key, at, duration }));
  }

  #enqueue(open: Open, bytes: number, task: () => Promise<void>): void {
    const { disk } = this.#options;
    disk.entered(bytes);
    this.#work = this.#work.then(async () => {
      try {
        if (open.error === undefined) await task();
      } catch (error) {
        open.error = error instanceof Error ? error : new Error(String(error));
      } finally {
        disk.left(bytes);
      }
    });
  }
}

/** From this length on a segment ends at the next key frame, and one is asked for, seconds. */
export const CUT_FROM_SECONDS = 8;
