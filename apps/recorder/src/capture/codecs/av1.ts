import { Bits, leb128, toLeb128 } from './bits.ts';
import type { CodedFrame, Depacketizer, Format } from './depacketizer.ts';

const SEQUENCE_HEADER = 1;
/** Not in a container (AV1 in Matroska), and of no use in a file. */
const LEFT_OUT = new Set([2 /* temporal delimiter */, 8 /* tile list */, 15 /* padding */]);

/** AV1 in RTP (https://aomediacodec.github.io/av1-rtp-spec/). */
export const av1: Depacketizer = {
  begins: (payload) => payload.length > 1 && ((payload[0] ?? 0) & 0x80) === 0,

  frame(payloads): CodedFrame | undefined {
    const elements = obuElements(payloads);
    if (elements === undefined) return undefined;
    let format: Format | undefined;
    const parts: Buffer[] = [];
    for (const element of elements) {
      const obu = readObu(element);
      if (obu === undefined) return undefined;
      if (LEFT_OUT.has(obu.type)) continue;
      if (obu.type === SEQUENCE_HEADER) {
        format = sequenceFormat(obu.body);
        if (format === undefined) return undefined;
      }
      parts.push(obu.header, toLeb128(obu.body.length), obu.body);
    }
    if (parts.length === 0) return undefined;
    return { data: Buffer.concat(parts), ...(format && { format }) };
  },
};

/** §4.4: what the packets' aggregation headers make of them; a length stands before all, or all but the last. */
function obuElements(payloads: readonly Buffer[]): Buffer[] | undefined {
  const elements: Buffer[] = [];
  let open: Buffer[] | undefined;
  for (const payload of payloads) {
    const header = payload[0] ?? 0;
    const continues = (header & 0x80) !== 0;
    if (continues !== (open !== undefined)) return undefined;
    const count = (header >> 4) & 3;
    let at = 1;
    for (let index = 1; at < payload.length; index++) {
      let end = payload.length;
      if (index !== count) {
        const size = leb128(payload, at);
        if (size === undefined) return undefined;
        at += size.length;
        end = at + size.value;
      }
      if (end > payload.length) return undefined;
      const parts: Buffer[] = index === 1 && open ? open : [];
      open = undefined;
      parts.push(payload.subarray(at, end));
      at = end;
      if (at === payload.length && header & 0x40) open = parts;
      else elements.push(Buffer.concat(parts));
    }
  }
  return open === undefined ? elements.filter(({ length }) => length > 0) : undefined;
}

/** §5.3.2; `header` says that a size follows. */
function readObu(element: Buffer): { type: number; header: Buffer; body: Buffer } | undefined {
  const first = element[0] ?? 0;
  if (first & 0x80) return undefined;
  const headerLength = first & 0x04 ? 2 : 1;
  let start = headerLength;
  let end = element.length;
  if (first & 0x02) {
    const size = leb128(element, headerLength);
    if (size === undefined) return undefined;
    start += size.length;
    end = start + size.value;
  }
  if (start > element.length || end > element.length) return undefined;
  const header = Buffer.from(element.subarray(0, headerLength));
  header[0] = first | 0x02;
  return { type: (first >> 3) & 15, header, body: element.subarray(start, end) };
}

/** What a sequence header (§5.5) says, as far as a file needs it. */
function sequenceFormat(body: Buffer): Format | undefined {
  const bits = new Bits(body);
  const profile = bits.read(3);
  bits.read(1);
  const reduced = bits.flag();
  let level = 0;
  let tier = 0;
  if (reduced) level = bits.read(5);
  else {
    let modelDelayLength = 0;
    let hasModel = false;
    if (bits.flag()) {
      bits.read(32);
      bits.read(32);
      if (bits.flag()) bits.ue();
      hasModel = bits.flag();
      if (hasModel) {
        modelDelayLength = bits.read(5) + 1;
        bits.read(32);
        bits.read(10);
      }
    }
    const hasInitialDelay = bits.flag();
    const points = bits.read(5) + 1;
    for (let i = 0; i < points; i++) {
      bits.read(12);
      const itsLevel = bits.read(5);
      const itsTier = itsLevel > 7 ? bits.read(1) : 0;
      if (i === 0) [level, tier] = [itsLevel, itsTier];
      if (hasModel && bits.flag()) {
        bits.read(modelDelayLength);
        bits.read(modelDelayLength);
        bits.read(1);
      }
      if (hasInitialDelay && bits.flag()) bits.read(4);
    }
  }
  const widthBits = bits.read(4) + 1;
  const heightBits = bits.read(4) + 1;
  const width = bits.read(widthBits) + 1;
  const height = bits.read(heightBits) + 1;
  if (bits.over) return undefined;
  const levelText = String(level).padStart(2, '0');
  // The depth stands behind a dozen tools' switches; real-time profile 0 has 8 bits, and decoders read it from the stream.
  return {
    codec: 'av1',
    codecString: `av01.${profile}.${levelText}${tier === 0 ? 'M' : 'H'}.08`,
    width,
    height,
  };
}
