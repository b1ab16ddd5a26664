import type { CaptureEvent } from '@parley/protocol/recording/capture';
import type { RecordedTrack, Segment, TrackClock, TrackGap } from '@parley/protocol/recording/manifest';
import type { CaptureSink } from './capture-types.ts';
import { type PublisherClock, rtpAt, timeAt } from './clock.ts';
import type { CodedFrame, Depacketizer } from './codecs/depacketizer.ts';
import type { DiskQueue } from './disk-queue.ts';
import { FrameAssembler, type FramePacket } from './frame-assembler.ts';
import { KeyFrameWish } from './key-frame-wish.ts';
import { ReorderWindow, WAIT_MS } from './reorder-window.ts';
import { NotMuxed } from './segment-file.ts';
import { Source } from './source.ts';
import { CUT_FROM_SECONDS, TrackSegments } from './track-segments.ts';

/** A packet of a track as it came. */
export interface TrackPacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
  /** Milliseconds on the recording's clock. */
  readonly arrival: number;
}

export type TrackInfo = Extract<CaptureEvent, { type: 'track' }>;

/** What tells of a track's state, once. */
type GapReason = TrackGap['reason'];

/** Shortest gap in sound that is told, milliseconds; less is concealed by any decoder. */
const LEAST_GAP_MS = 100;
/** A segment is closed at this age, milliseconds, though no further frame has come: the picture stands still. Frames that wait for a lost packet still get in. */
const MAX_AGE_MS = 11_000;
/** The first key frame comes by itself, since the node asks for one. */
const FIRST_KEY_FRAME_MS = 300;
/** After a file that failed nothing is tried for so long, milliseconds. */
const RETRY_MS = 1000;

export interface CapturedTrackOptions {
  readonly info: TrackInfo;
  readonly epoch: number;
  readonly folder: string;
  /** Its folder in the recording's: `<epoch>/<key>`. */
  readonly base: string;
  readonly disk: DiskQueue;
  readonly publisher: PublisherClock;
  readonly sink: CaptureSink;
  /** Milliseconds on the recording's clock. */
  now(): number;
  onDropped(): void;
  onLost(count: number): void;
  onDiskError(error: Error): void;
}

/** One track of a recording: from its packets to segments, gaps and its clock. A source that counts anew, or another stream, goes on in it. */
export class CapturedTrack {
  readonly #options: CapturedTrackOptions;
  readonly #segments: TrackSegments;
  readonly #wish = new KeyFrameWish();
  #info: TrackInfo;
  #window: ReorderWindow<TrackPacket>;
  #assembler: FrameAssembler;
  #source: Source;
  readonly #first: Source;
  /** The first source's clock when it had ended: the line that all later ones are put on. */
  #fixed: TrackClock | undefined;
  #told: TrackClock | undefined;
  /** Video that cannot be decoded before the next key frame is left out. */
  #waiting = true;
  /** RTP time at which the last frame ends, of which source. */
  #end: { source: Source; rtp: number } | undefined;
  #gap: { from: number; reason: GapReason } | undefined;
  #mutedAt: number | undefined;
  /** Nothing is expected: it is muted, or its node is gone. */
  #paused = false;
  #retryAt = 0;
  #retryReason: GapReason = 'disk';

  constructor(options: CapturedTrackOptions, depacketizer: Depacketizer) {
    const { info, folder, base, disk } = options;
    this.#options = options;
    this.#info = info;
    this.#source = new Source(info.rtp.clockRate, options.publisher);
    this.#first = this.#source;
    [this.#window, this.#assembler] = this.#stream(depacketizer);
    this.#segments = new TrackSegments({
      ...{ folder, base, disk, kind: info.kind, clockRate: info.rtp.clockRate },
      onSealed: (segment, source) => this.#onSealed(segment, source),
      onFailed: (from, to, source, error) => this.#onFailed(from, to, source, error),
    });
    this.#begin(info);
  }

  get info(): TrackInfo {
    return this.#info;
  }

  /** Takes another stream for the rest of the track: its node, its SSRC or its codec has changed. */
  replace(info: TrackInfo, depacketizer: Depacketizer): void {
    this.#window.flush();
    this.#segments.close();
    [this.#window, this.#assembler] = this.#stream(depacketizer);
    this.#newSource(info.rtp.clockRate);
    this.#begin(info);
  }

  packet(packet: TrackPacket): 'taken' | 'recovered' | 'useless' {
    return this.#window.push(packet.sequence, packet, packet.arrival);
  }

  /** To be called every few milliseconds. @returns what to ask the node for: packets again, a key frame. */
  tick(now: number): { nack: number[]; keyFrame: boolean } {
    const nack = this.#window.tick(now);
    const age = this.#segments.age(now);
    const video = this.#info.kind === 'video';
    if (this.#mutedAt !== undefined) {
      // Once: what a muted track sends all the same is recorded.
      if (!this.#paused && now - this.#mutedAt > WAIT_MS) this.#pause('muted', this.#mutedAt);
    } else if (video && age > CUT_FROM_SECONDS * 1000) this.#wish.want();
    if (age > MAX_AGE_MS) this.#segments.close();
    const flows = this.#mutedAt === undefined && !this.#paused;
    return { nack, keyFrame: video && flows && this.#options.disk.takes('video') && this.#wish.due(now) };
  }

  muted(muted: boolean, now: number): void {
    if (muted) this.#mutedAt ??= now;
    else if (this.#mutedAt !== undefined) {
      this.#mutedAt = undefined;
      this.#paused = false;
      this.#wish.want(now + FIRST_KEY_FRAME_MS);
    }
  }

  reported(timestamp: number, ntp: number): void {
    this.#source.reported(timestamp, ntp);
  }

  /** Nothing comes from its node any more, though the track may go on by another. */
  lostNode(now: number): void {
    this.#window.flush();
    this.#pause('node', now);
  }

  /** The track is over. Fulfilled when all is on the disk and told. */
  async end(now: number): Promise<void> {
    this.#window.flush();
    this.#segments.close();
    this.#closeGap(now);
    await this.#segments.settled();
    this.#tell();
  }

  #begin(info: TrackInfo): void {
    this.#info = info;
    const now = this.#options.now();
    this.#mutedAt = info.muted ? now : undefined;
    this.#paused = false;
    this.#waiting = info.kind === 'video';
    if (this.#waiting) this.#wish.want(now + FIRST_KEY_FRAME_MS);
  }

  #stream(depacketizer: Depacketizer): [ReorderWindow<TrackPacket>, FrameAssembler] {
    const assembler = new FrameAssembler({
      depacketizer,
      kind: this.#options.info.kind,
      onFrame: (frame, rtp) => this.#onFrame(frame, rtp),
      onBroken: () => this.#onBroken(),
    });
    const window = new ReorderWindow<TrackPacket>({
      onPacket: (packet, _sequence, missing) => this.#onPacket(packet, missing),
      onRestart: () => {
        this.#assembler.interrupt();
        this.#segments.close();
        this.#newSource(this.#info.rtp.clockRate);
      },
    });
    return [window, assembler];
  }

  #newSource(rate: number): void {
    this.#fixed ??= this.#source.clock.now();
    this.#source = new Source(rate, this.#options.publisher);
  }

  #onPacket({ timestamp, arrival, payload, marker }: TrackPacket, missing: number): void {
    if (missing > 0) {
      this.#segments.lost(missing);
      this.#options.onLost(missing);
      this.#openGap('lost');
    }
    let rtp = this.#source.time(timestamp, arrival);
    if (rtp === undefined) {
      this.#segments.close();
      this.#newSource(this.#info.rtp.clockRate);
      rtp = this.#source.time(timestamp, arrival);
    }
    if (rtp === undefined) return;
    const packet: FramePacket = { payload, rtp, marker };
    this.#assembler.push(packet, missing);
  }

  #onBroken(): void {
    this.#waiting = true;
    this.#wish.want();
    this.#openGap('lost');
  }

  #onFrame(frame: CodedFrame, rtp: number): void {
    const { disk, info, onDropped } = this.#options;
    const { kind } = info;
    if (kind === 'video' && frame.format !== undefined) this.#wish.came();
    const now = this.#options.now();
    if (!disk.takes(kind) || now < this.#retryAt) {
      onDropped();
      this.#openGap(disk.takes(kind) ? this.#retryReason : 'disk');
      if (kind === 'video') this.#waiting = true;
      this.#wish.want();
      return;
    }
    if (this.#waiting && frame.format === undefined) return;
    const source = this.#source;
    if (!this.#segments.add({ ...frame, rtp, source }, now)) return;
    this.#waiting = false;
    if (this.#told === undefined) this.#tell();
    if (this.#gap !== undefined) {
      const clock = source.clock.now();
      if (clock !== undefined) this.#closeGap(timeAt(clock, rtp));
    }
    // Video ends with its next frame, which is not known yet.
    this.#end = { source, rtp: rtp + (frame.duration ?? 0) };
  }

  #pause(reason: GapReason, at: number): void {
    this.#paused = true;
    this.#segments.close();
    this.#openGap(reason, at);
  }

  /** @param at When it began, for a track that has given nothing yet. */
  #openGap(reason: GapReason, at?: number): void {
    const clock = this.#end?.source.clock.now();
    const from = clock !== undefined && this.#end !== undefined ? timeAt(clock, this.#end.rtp) : at;
    if (from === undefined) return;
    // What is only lost is told as what it turns out to be.
    if (this.#gap === undefined) this.#gap = { from, reason };
    else if (this.#gap.reason === 'lost') this.#gap = { ...this.#gap, reason };
  }

  #closeGap(to: number): void {
    const gap = this.#gap;
    this.#gap = undefined;
    if (gap === undefined || to <= gap.from) return;
    if (this.#info.kind === 'audio' && to - gap.from < LEAST_GAP_MS) return;
    this.#options.sink.onGap({ trackId: this.#info.trackId, ...gap, to });
  }

  async #onSealed(sealed: Omit<Segment, 'trackId' | 'epoch'>, source: Source): Promise<() => void> {
    this.#tell();
    const [rtpFrom, rtpTo] = [this.#onLine(sealed.rtpFrom, source), this.#onLine(sealed.rtpTo, source)];
    const { epoch, sink } = this.#options;
    const segment = { ...sealed, trackId: this.#info.trackId, epoch, rtpFrom, rtpTo };
    await sink.onSealed?.(segment);
    return () => sink.onSegment(segment);
  }

  #onFailed(rtpFrom: number, rtpTo: number, source: Source, error: Error): void {
    this.#retryAt = this.#options.now() + RETRY_MS;
    this.#waiting = this.#info.kind === 'video';
    this.#wish.want();
    const clock = source.clock.now();
    const { trackId } = this.#info;
    // No fault of the disk's: this track's alone, and all others go on.
    const own = error instanceof NotMuxed;
    this.#retryReason = own ? 'lost' : 'disk';
    if (clock !== undefined) {
      const span = { from: timeAt(clock, rtpFrom), to: timeAt(clock, rtpTo) };
      this.#options.sink.onGap({ trackId, ...span, reason: this.#retryReason });
    }
    if (own) this.#options.sink.onSkipped?.(trackId, `it fits into no file: ${error.message}`);
    else this.#options.onDiskError(error);
  }

  /** RTP time of a source on the line of the first one. */
  #onLine(rtp: number, source: Source): number {
    const clock = source.clock.now();
    if (source === this.#first || this.#fixed === undefined || clock === undefined) return rtp;
    return Math.round(rtpAt(this.#fixed, timeAt(clock, rtp)));
  }

  #tell(): void {
    const clock = this.#fixed ?? this.#source.clock.now();
    if (clock === undefined || (this.#told !== undefined && alike(this.#told, clock))) return;
    this.#told = clock;
    const { trackId, participantId, kind, source, rtp } = this.#info;
    const track: RecordedTrack = {
      ...{ trackId, epoch: this.#options.epoch, participantId, kind, source },
      ...{ mimeType: rtp.mimeType, clock },
    };
    this.#options.sink.onTrack(track);
  }
}

/** Whether two clocks read the same within half a millisecond, now and an hour from now. */
function alike(a: TrackClock, b: TrackClock): boolean {
  const hour = a.rtp + 3600 * a.rate;
  return [b.rtp, hour].every((rtp) => Math.abs(timeAt(a, rtp) - timeAt(b, rtp)) < 0.5);
}
