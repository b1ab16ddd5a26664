import type { Track } from 'node-datachannel';
import type { PreparedLoop } from './media/prepared-media.ts';
import { senderReport } from './rtp/rtcp.ts';
import { RTP_HEADER_BYTES, writeAudioLevel, writeRtpHeader } from './rtp/rtp-packet.ts';
import { writePictureId, writeTl0PicIdx } from './rtp/vp8-payload.ts';
import type { Sending } from './send-scheduler.ts';

/** Sender reports of pictures are wanted often, since layers change by them; of sound seldom, ms. */
const REPORT_MS = { audio: 5000, video: 1000 };
/** The first report follows the first packets, so that an SFU can change to this layer early, ms. */
const FIRST_REPORT_MS = 100;
/** What was not sent for longer than this was switched off: the RTP clock has gone on meanwhile, ms. */
const PAUSE_MS = 1000;

/** Between two frames of a stream that idles: servers take one for gone that is silent for longer than a second, ms. */
const IDLE_MS = 500;

/** Where a stream goes. */
export interface StreamTarget {
  track: Pick<Track, 'isOpen' | 'sendMessageBinary'>;
  ssrc: number;
  payloadType: number;
}

/** Sends a prepared loop on one SSRC without end: sequence numbers, timestamps and PictureIDs go on over the loop. */
export class SentStream implements Sending {
  /** Whether it sends as little as keeps it from being taken for gone. */
  idles = false;
  packets = 0;
  /** Payload bytes, without RTP headers. */
  bytes = 0;
  /** How loud it says to be, dBov, where its packets can say so. */
  level = -127;
  readonly #loop: PreparedLoop;
  readonly #target: StreamTarget;
  readonly #ticks: number;
  #position = 0;
  #sequence = Math.floor(Math.random() * 0x8000);
  #timestamp = Math.floor(Math.random() * 2 ** 31);
  #pictureId = Math.floor(Math.random() * 0x8000);
  #lowestFrames = Math.floor(Math.random() * 0x100);
  #reportAt: number | undefined;
  #sentAt: number | undefined;

  /** @param rate frames a second; the loop's own when absent. The RTP clock goes with the time, not with the frames. */
  constructor(loop: PreparedLoop, target: StreamTarget, rate?: number) {
    this.#loop = loop;
    this.#target = target;
    this.#ticks = rate === undefined ? loop.frameTicks : Math.round(loop.clockRate / rate);
  }

  /** RTP time of the next frame, unless it comes after a pause. */
  get timestamp(): number {
    return this.#timestamp;
  }

  get intervalMs(): number {
    return (this.#step * 1000) / this.#loop.clockRate;
  }

  /** From one frame to the next, in units of the RTP clock. */
  get #step(): number {
    return this.idles ? Math.max(this.#ticks, (IDLE_MS * this.#loop.clockRate) / 1000) : this.#ticks;
  }

  /** Whether what it sends goes anywhere. */
  get isOpen(): boolean {
    return this.#target.track.isOpen();
  }

  /** Sends the next frame. Nothing while the track is not open. */
  send(now: number): void {
    const { track, ssrc, payloadType } = this.#target;
    if (!this.isOpen) return;
    const frame = this.#loop.frames[this.#position];
    if (frame === undefined) return;
    this.#skip(now);
    if (frame.temporalLayer === 0) this.#lowestFrames += 1;
    try {
      for (const packet of frame.packets) {
        writeRtpHeader(packet, payloadType, this.#sequence, this.#timestamp, ssrc);
        if (this.#loop.hasLevel) writeAudioLevel(packet, this.level);
        if (this.#loop.kind === 'video') writePictureId(packet, this.#pictureId);
        if (frame.temporalLayer !== undefined) writeTl0PicIdx(packet, this.#lowestFrames);
        track.sendMessageBinary(packet);
        this.#sequence = (this.#sequence + 1) & 0xffff;
        this.packets += 1;
        this.bytes += packet.length - RTP_HEADER_BYTES;
      }
      this.#report(now);
    } catch {
      // A thread of libdatachannel has closed the track in between. Whoever owns the connection learns of it elsewhere.
      return;
    }
    this.#position = (this.#position + 1) % this.#loop.frames.length;
    this.#timestamp = (this.#timestamp + this.#step) >>> 0;
    this.#pictureId += 1;
  }

  /** Has the RTP clock go with the time after a pause, and tells soon where it is. */
  #skip(now: number): void {
    const pause = now - (this.#sentAt ?? now) - this.intervalMs;
    this.#sentAt = now;
    if (pause < PAUSE_MS) return;
    this.#timestamp = (this.#timestamp + Math.round((pause * this.#loop.clockRate) / 1000)) >>> 0;
    this.#reportAt = undefined;
  }

  /** Goes on with the loop's next key frame: somebody wants to start. */
  seekKeyFrame(): void {
    const { frames } = this.#loop;
    for (let ahead = 0; ahead < frames.length; ahead++) {
      const position = (this.#position + ahead) % frames.length;
      if (frames[position]?.isKey !== true) continue;
      this.#position = position;
      return;
    }
  }

  #report(now: number): void {
    this.#reportAt ??= now + FIRST_REPORT_MS;
    if (now < this.#reportAt) return;
    this.#reportAt = now + REPORT_MS[this.#loop.kind];
    const { track, ssrc } = this.#target;
    const { packets, bytes } = this;
    track.sendMessageBinary(
      senderReport({ ssrc, timestamp: this.#timestamp, packets, bytes }, performance.timeOrigin + now),
    );
  }
}
