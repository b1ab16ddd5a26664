/*
 * H264 from a container's form (ISO/IEC 14496-15) to that of a byte stream (H.264 Annex B), in which parameter sets may
 * change in mid stream.
 */

const START_CODE = Uint8Array.of(0, 0, 0, 1);
const SPS = 7;

/** What stands apart from a container's frames. */
export interface H264Units {
  /** Bytes of the length before each unit of a frame. */
  lengthSize: number;
  /** Sequence and picture parameter sets. */
  parameterSets: Uint8Array[];
}

/** Of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3). */
export function h264Units(record: Uint8Array): H264Units {
  const parameterSets: Uint8Array[] = [];
  let offset = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = (record[offset++] ?? 0) & mask;
    for (let i = 0; i < count; i++) {
      const length = ((record[offset] ?? 0) << 8) | (record[offset + 1] ?? 0);
      parameterSets.push(record.subarray(offset + 2, offset + 2 + length));
      offset += 2 + length;
    }
  }
  return { lengthSize: ((record[4] ?? 3) & 3) + 1, parameterSets };
}

/** A frame as byte stream; a key frame with its parameter sets before it, unless it has some. */
export function annexB(
  frame: Uint8Array,
  key: boolean,
  { lengthSize, parameterSets }: H264Units,
): Uint8Array {
  const units: Uint8Array[] = [];
  for (let offset = 0; offset + lengthSize <= frame.length; ) {
    let length = 0;
    for (let i = 0; i < lengthSize; i++) length = length * 256 + (frame[offset + i] ?? 0);
    offset += lengthSize;
    units.push(frame.subarray(offset, offset + length));
    offset += length;
  }
  if (key && !units.some((unit) => ((unit[0] ?? 0) & 0x1f) === SPS)) units.unshift(...parameterSets);
  const stream = new Uint8Array(units.reduce((sum, unit) => sum + START_CODE.length + unit.length, 0));
  let at = 0;
  for (const unit of units) {
    stream.set(START_CODE, at);
    stream.set(unit, at + START_CODE.length);
    at += START_CODE.length + unit.length;
  }
  return stream;
}

/** `avc1.42e01f`, of a frame of a byte stream with a sequence parameter set (RFC 6381 §3.3); undefined without one. */
export function avcCodecString(stream: Uint8Array): string | undefined {
  for (let i = 0; i + 6 < stream.length; i++) {
    if (stream[i] !== 0 || stream[i + 1] !== 0 || stream[i + 2] !== 1) continue;
    if (((stream[i + 3] ?? 0) & 0x1f) !== SPS) continue;
    return `avc1.${Buffer.from(stream.subarray(i + 4, i + 7)).toString('hex')}`;
  }
  return undefined;
}
