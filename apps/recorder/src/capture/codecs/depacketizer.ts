/** What a decoder must know before the first frame, and what a file says of a track. Two that read the same are the same. */
export interface Format {
  readonly codec: 'vp8' | 'vp9' | 'av1' | 'avc' | 'opus';
  /** As WebCodecs has it: `vp09.00.10.08`. */
  readonly codecString: string;
  /** Pixels; of sound, none. */
  readonly width?: number;
  readonly height?: number;
  /** Of sound. */
  readonly channels?: number;
  /** What the container keeps beside the frames: avcC of H264, OpusHead. */
  readonly description?: Uint8Array<ArrayBuffer>;
}

/** A frame of video, or a packet of sound, as files have it. */
export interface CodedFrame {
  readonly data: Uint8Array;
  /** Set when it can be decoded by itself. */
  readonly format?: Format;
  /** RTP units that it lasts, where that can be known. */
  readonly duration?: number;
}

/** Makes frames of RTP payloads of one codec. Broken payloads yield nothing, and never throw. */
export interface Depacketizer {
  /** Whether a payload is the first of a frame, as far as it says. */
  begins(payload: Buffer): boolean;
  /** @param payloads Of one RTP timestamp, in order, none missing. */
  frame(payloads: readonly Buffer[]): CodedFrame | undefined;
}

/** Whether two formats need no new file. */
export function sameFormat(a: Format, b: Format): boolean {
  return (
    a.codecString === b.codecString &&
    a.width === b.width &&
    a.height === b.height &&
    a.channels === b.channels &&
    Buffer.compare(a.description ?? Buffer.alloc(0), b.description ?? Buffer.alloc(0)) === 0
  );
}
