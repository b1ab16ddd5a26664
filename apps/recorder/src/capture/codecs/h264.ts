import { Bits } from './bits.ts';
import type { CodedFrame, Depacketizer, Format } from './depacketizer.ts';

const IDR = 5;
const SPS = 7;
const PPS = 8;
const STAP_A = 24;
const FU_A = 28;
/** Access unit delimiters, filler and what ends a stream: of no use in a file. */
const LEFT_OUT = new Set([9, 10, 11, 12]);

/**
 * H264 in RTP, packetisation modes 0 and 1 (RFC 6184), to samples with 4 byte lengths and an avcC beside them (ISO 14496-15). Remembers the parameter
 * sets: they may come once, or only in SDP.
 */
export class H264 implements Depacketizer {
  #sps: Buffer | undefined;
  #pps: Buffer | undefined;

  /** @param parameterSets `sprop-parameter-sets` of SDP (§8.1). */
  constructor(parameterSets?: unknown) {
    if (typeof parameterSets !== 'string') return;
    for (const set of parameterSets.split(',')) this.#remember(Buffer.from(set, 'base64'));
  }

  begins(payload: Buffer): boolean {
    if (payload.length < 2) return false;
    return typeOf(payload) !== FU_A || ((payload[1] ?? 0) & 0x80) !== 0;
  }

  frame(payloads: readonly Buffer[]): CodedFrame | undefined {
    const units = nalUnits(payloads);
    if (units === undefined) return undefined;
    const parts: Buffer[] = [];
    let key = false;
    for (const unit of units) {
      const type = typeOf(unit);
      if (this.#remember(unit) || LEFT_OUT.has(type)) continue;
      key ||= type === IDR;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(unit.length);
      parts.push(length, unit);
    }
    if (parts.length === 0) return undefined;
    const data = Buffer.concat(parts);
    if (!key) return { data };
    const format = this.#format();
    return format && { data, format };
  }

  #remember(unit: Buffer): boolean {
    const type = typeOf(unit);
    if (type === SPS && unit.length >= 4) this.#sps = Buffer.from(unit);
    if (type === PPS && unit.length >= 2) this.#pps = Buffer.from(unit);
    return type === SPS || type === PPS;
  }

  #format(): Format | undefined {
    const [sps, pps] = [this.#sps, this.#pps];
    if (sps === undefined || pps === undefined) return undefined;
    const size = pictureSize(sps);
    if (size === undefined) return undefined;
    const description = Buffer.concat([
      Buffer.from([1, ...sps.subarray(1, 4), 0xff, 0xe1, sps.length >> 8, sps.length & 0xff]),
      sps,
      Buffer.from([1, pps.length >> 8, pps.length & 0xff]),
      pps,
    ]);
    const codecString = `avc1.${sps.toString('hex', 1, 4)}`;
    return { codec: 'avc', codecString, ...size, description: new Uint8Array(description) };
  }
}

function typeOf(unit: Buffer): number {
  return (unit[0] ?? 0) & 0x1f;
}

/** NAL units of packets in order; `undefined` when a piece of one is missing, or it is of another mode. */
function nalUnits(payloads: readonly Buffer[]): Buffer[] | undefined {
  const units: Buffer[] = [];
  let open: Buffer[] | undefined;
  for (const payload of payloads) {
    const type = typeOf(payload);
    if (type === FU_A) {
      const header = payload[1];
      if (header === undefined) return undefined;
      if (header & 0x80) {
        if (open !== undefined) return undefined;
        open = [Buffer.from([((payload[0] ?? 0) & 0xe0) | (header & 0x1f)])];
      }
      if (open === undefined) return undefined;
      open.push(payload.subarray(2));
      if ((header & 0x40) === 0) continue;
      units.push(Buffer.concat(open));
      open = undefined;
    } else if (open !== undefined) {
      return undefined;
    } else if (type === STAP_A) {
      for (let at = 1; at < payload.length; ) {
        const end = at + 2 <= payload.length ? at + 2 + payload.readUInt16BE(at) : Number.POSITIVE_INFINITY;
        if (end > payload.length) return undefined;
        units.push(payload.subarray(at + 2, end));
        at = end;
      }
    } else if (type > 0 && type < STAP_A) {
      units.push(payload);
    } else {
      return undefined;
    }
  }
  return open === undefined ? units.filter(({ length }) => length > 0) : undefined;
}

/** Profiles with the chroma and scaling part (H.264 §7.3.2.1.1). */
const HIGH = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Width and height of a sequence parameter set, cropped. */
function pictureSize(sps: Buffer): { width: number; height: number } | undefined {
  // Emulation prevention (§7.4.1.1) is taken out first.
  const bits = new Bits(
    Buffer.from(sps.subarray(1).toString('latin1').replaceAll('\0\0\x03', '\0\0'), 'latin1'),
  );
  const profile = bits.read(8);
  bits.read(16);
  bits.ue();
  let chroma = 1;
  if (HIGH.has(profile)) {
    chroma = bits.ue();
    if (chroma === 3) bits.read(1);
    bits.ue();
    bits.ue();
    bits.read(1);
    if (bits.flag()) {
      for (let list = 0; list < (chroma === 3 ? 12 : 8); list++) {
        if (bits.flag()) skipScalingList(bits, list < 6 ? 16 : 64);
      }
    }
  }
  bits.ue();
  const orderType = bits.ue();
  if (orderType === 0) bits.ue();
  else if (orderType === 1) {
    bits.read(1);
    bits.se();
    bits.se();
    for (let cycle = Math.min(bits.ue(), 255); cycle > 0; cycle--) bits.se();
  }
  bits.ue();
  bits.read(1);
  const widthBlocks = bits.ue() + 1;
  const heightUnits = bits.ue() + 1;
  const framesOnly = bits.read(1);
  if (framesOnly === 0) bits.read(1);
  bits.read(1);
  const crop = bits.flag() ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const unitX = chroma === 1 || chroma === 2 ? 2 : 1;
  const unitY = (chroma === 1 ? 2 : 1) * (2 - framesOnly);
  const width = widthBlocks * 16 - unitX * (left + right);
  const height = heightUnits * 16 * (2 - framesOnly) - unitY * (top + bottom);
  const sane = !bits.over && width > 0 && height > 0 && width <= 16_384 && height <= 16_384;
  return sane ? { width, height } : undefined;
}

function skipScalingList(bits: Bits, size: number): void {
  let [last, next] = [8, 8];
  for (let i = 0; i < size && next !== 0; i++) {
    next = (last + bits.se() + 256) % 256;
    if (next !== 0) last = next;
  }
}
