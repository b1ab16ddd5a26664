import { Bits } from './bits.ts';
import type { CodedFrame, Depacketizer } from './depacketizer.ts';

/** What an RTP payload says of its layer frame. */
interface Descriptor {
  length: number;
  /** Of a layer frame: its first packet. */
  begins: boolean;
  spatial: number;
  /** Largest of the scalability structure, where it is told. */
  size?: { width: number; height: number };
}

/**
 * VP9 in RTP (RFC 9628). The layer frames of a picture with spatial layers make a superframe with an index (VP9 bitstream, annex B): decoders show the
 * last of it, the largest.
 */
export const vp9: Depacketizer = {
  begins(payload) {
    const descriptor = describe(payload);
    return descriptor?.begins === true && descriptor.spatial === 0;
  },

  frame(payloads): CodedFrame | undefined {
    const layers: Buffer[][] = [];
    let size: Descriptor['size'];
    for (const payload of payloads) {
      const descriptor = describe(payload);
      if (descriptor === undefined) return undefined;
      if (descriptor.begins) layers.push([]);
      layers.at(-1)?.push(payload.subarray(descriptor.length));
      size ??= descriptor.size;
    }
    const frames = layers.map((parts) => Buffer.concat(parts)).filter(({ length }) => length > 0);
    const [base] = frames;
    if (base === undefined) return undefined;
    const header = keyFrameHeader(base);
    if (header === 'broken') return undefined;
    const data = frames.length === 1 ? base : superframe(frames);
    if (header === undefined) return { data };
    const { profile, bitDepth } = header;
    const { width, height } = frames.length > 1 && size !== undefined ? size : header;
    const codecString = `vp09.0${profile}.${level(width, height)}.${bitDepth === 8 ? '08' : bitDepth}`;
    return { data, format: { codec: 'vp9', codecString, width, height } };
  },
};

function describe(payload: Buffer): Descriptor | undefined {
  const flags = payload[0] ?? 0;
  let at = 1;
  if (flags & 0x80) at += (payload[at] ?? 0) & 0x80 ? 2 : 1;
  let spatial = 0;
  const flexible = (flags & 0x10) !== 0;
  if (flags & 0x20) {
    spatial = ((payload[at] ?? 0) >> 1) & 7;
    at += flexible ? 1 : 2;
  }
  if (flexible && flags & 0x40) {
    for (let more = true, count = 0; more && count < 3; count++) {
      more = ((payload[at] ?? 0) & 1) === 1;
      at += 1;
    }
  }
  let size: Descriptor['size'];
  if (flags & 0x02) {
    const structure = payload[at] ?? 0;
    at += 1;
    if (structure & 0x10) {
      const layers = (structure >> 5) + 1;
      at += 4 * layers;
      if (at <= payload.length) {
        size = { width: payload.readUInt16BE(at - 4), height: payload.readUInt16BE(at - 2) };
      }
    }
    if (structure & 0x08) {
      const pictures = payload[at] ?? 0;
      at += 1;
      for (let i = 0; i < pictures; i++) at += 1 + (((payload[at] ?? 0) >> 2) & 3);
    }
  }
  if (at >= payload.length) return undefined;
  const known = size !== undefined && size.width > 0 && size.height > 0;
  return { length: at, begins: (flags & 0x08) !== 0, spatial, ...(known && { size }) };
}

/** The uncompressed header (VP9 bitstream §6.2) as far as the size; `undefined` unless it is of a key frame. */
function keyFrameHeader(frame: Buffer) {
  const bits = new Bits(frame.subarray(0, 16));
  if (bits.read(2) !== 2) return 'broken';
  const profile = bits.read(1) + 2 * bits.read(1);
  if (profile === 3) bits.read(1);
  const showsExisting = bits.flag();
  const isDelta = bits.flag();
  if (showsExisting || isDelta) return undefined;
  bits.read(2);
  if (bits.read(24) !== 0x49_8342) return 'broken';
  const bitDepth = profile >= 2 ? (bits.flag() ? 12 : 10) : 8;
  const isRgb = bits.read(3) === 7;
  if (!isRgb) bits.read(1);
  if (profile === 1 || profile === 3) bits.read(isRgb ? 1 : 3);
  const width = bits.read(16) + 1;
  const height = bits.read(16) + 1;
  return bits.over ? 'broken' : { profile, bitDepth, width, height };
}

/** The lowest level that takes pictures of this size (VP9 levels, luma picture size), in tenths. */
function level(width: number, height: number): string {
  const samples = width * height;
  const levels: readonly [number, string][] = [
    [36_864, '10'],
    [122_880, '20'],
    [245_760, '21'],
    [552_960, '30'],
    [983_040, '31'],
    [2_228_224, '40'],
    [8_912_896, '50'],
  ];
  return levels.find(([most]) => samples <= most)?.[1] ?? '60';
}

function superframe(frames: readonly Buffer[]): Buffer {
  const marker = 0xc0 | (3 << 3) | (Math.min(frames.length, 8) - 1);
  const index = Buffer.alloc(2 + 4 * Math.min(frames.length, 8));
  index[0] = marker;
  frames.slice(0, 8).forEach((frame, i) => {
    index.writeUInt32LE(frame.length, 1 + 4 * i);
  });
  index[index.length - 1] = marker;
  return Buffer.concat([...frames.slice(0, 8), index]);
}
