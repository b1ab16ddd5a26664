import type { CodedFrame, Depacketizer } from './codecs/depacketizer.ts';

/** A packet's part in a frame. */
export interface FramePacket {
  readonly payload: Buffer;
  /** RTP time, unwrapped. */
  readonly rtp: number;
  /** Whether it is the last of its frame (marker bit, as video payload formats have it). */
  readonly marker: boolean;
}

/** Most bytes of a frame; more is garbage. */
const MAX_FRAME_BYTES = 16 << 20;

export interface AssemblerOptions {
  readonly depacketizer: Depacketizer;
  readonly kind: 'audio' | 'video';
  onFrame(frame: CodedFrame, rtp: number): void;
  /** Of video: something is missing between the last frame and what comes. */
  onBroken(): void;
}

/** Puts packets that come in order together to frames: those of one timestamp, up to the marker. */
export class FrameAssembler {
  readonly #options: AssemblerOptions;
  #payloads: Buffer[] = [];
  #rtp: number | undefined;
  #bytes = 0;
  /** Whether the rest of this frame is thrown away, since it has no beginning. */
  #skipping = false;

  constructor(options: AssemblerOptions) {
    this.#options = options;
  }

  /** @param missing How many packets are missing right before it. */
  push({ payload, rtp, marker }: FramePacket, missing: number): void {
    const { kind, depacketizer } = this.#options;
    if (kind === 'audio') {
      this.#emit([payload], rtp);
      return;
    }
    if (missing > 0) this.interrupt();
    else if (this.#rtp !== undefined && this.#rtp !== rtp) this.#end();
    if (this.#rtp === undefined) {
      this.#rtp = rtp;
      this.#skipping = missing > 0 && !depacketizer.begins(payload);
    }
    this.#bytes += payload.length;
    // Padding has no payload; some have it after the marker.
    if (payload.length > 0 && !this.#skipping) this.#payloads.push(payload);
    if (this.#bytes > MAX_FRAME_BYTES) this.interrupt();
    else if (marker) this.#end();
  }

  /** What was begun has no end, or what came no continuation. */
  interrupt(): void {
    this.#clear();
    if (this.#options.kind === 'video') this.#options.onBroken();
  }

  #end(): void {
    const [payloads, rtp] = [this.#payloads, this.#rtp ?? 0];
    this.#clear();
    if (payloads.length > 0) this.#emit(payloads, rtp);
  }

  #emit(payloads: readonly Buffer[], rtp: number): void {
    const frame = this.#options.depacketizer.frame(payloads);
    if (frame !== undefined) this.#options.onFrame(frame, rtp);
    else if (this.#options.kind === 'video') this.#options.onBroken();
  }

  #clear(): void {
    this.#payloads = [];
    this.#rtp = undefined;
    this.#bytes = 0;
    this.#skipping = false;
  }
}
