import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CapturedTrack, type TrackInfo } from '../captured-track.ts';
import { PublisherClock } from '../clock.ts';
import { depacketizerOf } from '../codecs/codec.ts';
import type { Depacketizer } from '../codecs/depacketizer.ts';
import { DiskQueue } from '../disk-queue.ts';
import { Recorded } from './recorded.ts';

/** A time that only goes by when told. */
const T0 = 1_790_000_000_000;

/** One track that is fed by hand, on a clock of its own, at 20 ms a step. */
export class TrackFeed {
  readonly recorded = new Recorded();
  readonly folder: string;
  readonly disk: DiskQueue;
  readonly track: CapturedTrack;
  readonly nacked: number[] = [];
  dropped = 0;
  lost = 0;
  keyFramesAsked: number[] = [];
  now = T0;
  sequence = 65_530;
  timestamp = 2 ** 32 - 90_000;

  private constructor(folder: string, disk: DiskQueue, info: TrackInfo, depacketizer: Depacketizer) {
    this.folder = folder;
    this.disk = disk;
    const options = {
      info,
      epoch: 1,
      folder,
      base: '1/T',
      disk,
      publisher: new PublisherClock(),
      sink: this.recorded,
    };
    this.track = new CapturedTrack(
      {
        ...options,
        now: () => this.now,
        onDropped: () => {
          this.dropped += 1;
        },
        onLost: (count) => {
          this.lost += count;
        },
        onDiskError: (error) => this.recorded.onFailed(error),
      },
      depacketizer,
    );
  }

  static async open(
    kind: 'audio' | 'video',
    disk = new DiskQueue(1 << 20),
    depacketizer?: Depacketizer,
  ): Promise<TrackFeed> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-track-'));
    const info = trackInfo(kind);
    const its = depacketizer ?? depacketizerOf(info.rtp);
    if (its === undefined) throw new Error(`No codec ${info.rtp.mimeType}`);
    return new TrackFeed(folder, disk, info, its);
  }

  /** Milliseconds since the feed began. */
  get time(): number {
    return this.now - T0;
  }

  /** Lets time go by. */
  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += Math.min(20, end - this.now);
      const { nack, keyFrame } = this.track.tick(this.now);
      this.nacked.push(...nack);
      if (keyFrame) this.keyFramesAsked.push(this.time);
    }
  }

  /** A packet that is a whole frame, and what goes by until the next one. */
  frame(payload: Buffer, ms: number, rate: number, arrives = true): void {
    const { sequence, timestamp } = this;
    const packet = {
      sequence: sequence & 0xffff,
      timestamp: timestamp >>> 0,
      marker: true,
      payload,
      arrival: this.now,
    };
    if (arrives) this.track.packet(packet);
    this.sequence = (sequence + 1) & 0xffff;
    this.timestamp = (timestamp + (ms * rate) / 1000) % 2 ** 32;
    this.pass(ms);
  }

  /** VP8: a picture of one size, which decoders take for a grey one. */
  picture(key: boolean, ms = 100, arrives = true, width = 320): void {
    const head = Buffer.from(key ? '10d000009d012a0000b400' : '10d10000', 'hex');
    if (key) head.writeUInt16LE(width, 7);
    this.frame(Buffer.concat([head, Buffer.alloc(50)]), ms, 90_000, arrives);
  }

  /** 20 ms of Opus. */
  sound(arrives = true, ms = 20): void {
    this.frame(Buffer.from('fc1122334455', 'hex'), ms, 48_000, arrives);
  }

  end(): Promise<void> {
    return this.track.end(this.now);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export function trackInfo(kind: 'audio' | 'video', ssrc = 1): TrackInfo {
  const video = kind === 'video';
  const rtp = video
    ? { mimeType: 'video/VP8', clockRate: 90_000 }
    : { mimeType: 'audio/opus', clockRate: 48_000 };
  return {
    ...{ type: 'track', trackId: 'T', transportId: 'X', participantId: 'P', kind, muted: false },
    source: video ? 'camera' : 'microphone',
    rtp: { ...rtp, ssrc, payloadType: 100, parameters: {} },
  };
}
