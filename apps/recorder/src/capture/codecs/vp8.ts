import type { CodedFrame, Depacketizer } from './depacketizer.ts';

/** VP8 in RTP (RFC 7741). */
export const vp8: Depacketizer = {
  begins(payload) {
    // S and a PID of 0: the first partition's first packet.
    return payload.length > 0 && ((payload[0] ?? 0) & 0x17) === 0x10;
  },

  frame(payloads): CodedFrame | undefined {
    const first = payloads[0];
    if (first === undefined || !this.begins(first)) return undefined;
    const data = Buffer.concat(payloads.map((payload) => payload.subarray(descriptorLength(payload))));
    if (data.length < 3) return undefined;
    const key = (data.readUInt8(0) & 1) === 0;
    if (!key) return { data };
    // RFC 6386 §9.1: start code, then 14 bits of each side.
    if (data.length < 10 || data.readUIntBE(3, 3) !== 0x9d_012a) return undefined;
    const width = data.readUInt16LE(6) & 0x3fff;
    const height = data.readUInt16LE(8) & 0x3fff;
    if (width === 0 || height === 0) return undefined;
    return { data, format: { codec: 'vp8', codecString: 'vp8', width, height } };
  },
};

function descriptorLength(payload: Buffer): number {
  const [required = 0, extended = 0, pictureId = 0] = payload;
  if ((required & 0x80) === 0) return 1;
  let length = 2;
  if (extended & 0x80) length += pictureId & 0x80 ? 2 : 1;
  if (extended & 0x40) length += 1;
  if (extended & 0x30) length += 1;
  return length;
}
