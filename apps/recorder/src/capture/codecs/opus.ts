import type { CodedFrame, Depacketizer, Format } from './depacketizer.ts';

/** Samples at 48 kHz of one frame, by the configuration in an Opus packet's first byte (RFC 6716 §3.1). */
const SILK = [480, 960, 1920, 2880];
const HYBRID = [480, 960];
const CELT = [120, 240, 480, 960];

/** Opus in RTP (RFC 7587): a packet is a frame, on its own. */
export class Opus implements Depacketizer {
  readonly #format: Format;

  constructor(channels: number) {
    // What a stereo file does not mind: packets say by themselves whether they are stereo.
    const count = channels === 1 ? 1 : 2;
    this.#format = { codec: 'opus', codecString: 'opus', channels: count, description: opusHead(count) };
  }

  begins(payload: Buffer): boolean {
    return payload.length > 0;
  }

  frame(payloads: readonly Buffer[]): CodedFrame | undefined {
    const data = payloads[0];
    if (data === undefined || payloads.length !== 1) return undefined;
    const duration = opusDuration(data);
    return duration === undefined ? undefined : { data, format: this.#format, duration };
  }
}

/** Samples at 48 kHz that a packet lasts; `undefined` when it is none. At most 120 ms. */
export function opusDuration(packet: Uint8Array): number | undefined {
  const [first, second] = packet;
  if (first === undefined) return undefined;
  const config = first >> 3;
  const sizes = config < 12 ? SILK : config < 16 ? HYBRID : CELT;
  const size = sizes[config % sizes.length] ?? 960;
  const code = first & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (second ?? 0) & 0x3f;
  const samples = size * frames;
  return samples > 0 && samples <= 5760 ? samples : undefined;
}

/** RFC 7845 §5.1. Nothing is skipped: a recording begins in the middle of a stream, and times stay what they are. */
function opusHead(channels: number): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 'latin1');
  head[8] = 1;
  head[9] = channels;
  head.writeUInt32LE(48_000, 12);
  return new Uint8Array(head);
}
