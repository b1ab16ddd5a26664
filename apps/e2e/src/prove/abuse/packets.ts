import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { SeededBytes } from './seeded-bytes.ts';

/** Packets that look like those of the protocols that share a media port (RFC 7983), more or less. */

const MAGIC_COOKIE = 0x2112a442;

export interface StunOptions {
  /** Default a Binding request. */
  type?: number;
  username?: string;
  /** Makes MESSAGE-INTEGRITY; without it there is none. */
  key?: string;
}

/** A STUN message as ICE sends it (RFC 8489 §5, RFC 8445 §7.1). */
export function stun(random: SeededBytes, { type = 0x0001, username, key }: StunOptions = {}): Buffer {
  let attributes = Buffer.concat([
    ...(username === undefined ? [] : [attribute(0x0006, Buffer.from(username))]),
    attribute(0x0024, random.bytes(4)),
    attribute(0x802a, random.bytes(8)),
    attribute(0x0025, Buffer.alloc(0)),
  ]);
  const id = random.bytes(12);
  /** The header, as if `more` bytes of attributes followed those that are there. */
  const head = (more: number) => {
    const header = Buffer.alloc(20);
    header.writeUInt16BE(type, 0);
    header.writeUInt16BE(attributes.length + more, 2);
    header.writeUInt32BE(MAGIC_COOKIE, 4);
    id.copy(header, 8);
    return header;
  };
  if (key !== undefined) {
    const integrity = createHmac('sha1', key).update(head(24)).update(attributes).digest();
    attributes = Buffer.concat([attributes, attribute(0x0008, integrity)]);
  }
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE((crc32(Buffer.concat([head(8), attributes])) ^ 0x5354554e) >>> 0);
  attributes = Buffer.concat([attributes, attribute(0x8028, fingerprint)]);
  return Buffer.concat([head(0), attributes]);
}

/** @param length what the attribute says of itself, which may be a lie */
function attribute(type: number, value: Buffer, length = value.length): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(length, 2);
  return Buffer.concat([header, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

/** A STUN message whose attributes are random, of any length, and say wrong lengths. */
export function strangeStun(random: SeededBytes): Buffer {
  const known = [
    0x0001, 0x0006, 0x0008, 0x0009, 0x0014, 0x0015, 0x0020, 0x0024, 0x0025, 0x001c, 0x8028, 0x8029, 0x802a,
  ];
  const attributes = Array.from({ length: random.below(8) }, () => {
    const value = random.bytes(random.below(60));
    return attribute(
      random.pick(known),
      value,
      random.pick([value.length, value.length, 0xffff, random.below(70)]),
    );
  });
  const body = Buffer.concat(attributes);
  const header = Buffer.alloc(20);
  header.writeUInt16BE(random.pick([0x0001, 0x0011, 0x0101, 0x0111, 0x0003, random.below(0x4000)]), 0);
  header.writeUInt16BE(random.pick([body.length, body.length, random.below(0x10000)]), 2);
  header.writeUInt32BE(random.pick([MAGIC_COOKIE, MAGIC_COOKIE, random.below(2 ** 32)]), 4);
  random.bytes(12).copy(header, 8);
  return Buffer.concat([header, body]);
}

/** DTLS records (RFC 6347 §4.1): pieces of a ClientHello that may not fit together, and other content. */
export function dtls(random: SeededBytes): Buffer {
  return Buffer.concat(Array.from({ length: 1 + random.below(3) }, () => record(random)));
}

function record(random: SeededBytes): Buffer {
  const content = random.pick([22, 22, 22, 22, 20, 21, 23, 24, 63]);
  const body = content === 22 ? handshake(random) : random.bytes(random.below(80));
  const header = Buffer.alloc(13);
  header.writeUInt8(content, 0);
  header.writeUInt16BE(random.pick([0xfeff, 0xfefd, 0xfefd, 0x0303, random.below(0x10000)]), 1);
  // Epoch and sequence number.
  header.writeUInt16BE(random.pick([0, 0, 0, 1, 0xffff]), 3);
  header.writeUIntBE(random.below(1000), 5, 6);
  header.writeUInt16BE(random.pick([body.length, body.length, body.length, random.below(0x10000)]), 11);
  return Buffer.concat([header, body]);
}

function handshake(random: SeededBytes): Buffer {
  const message = clientHello(random);
  const start = random.pick([0, 0, random.below(message.length)]);
  const piece = message.subarray(start, start + random.pick([message.length, random.below(100)]));
  const header = Buffer.alloc(12);
  header.writeUInt8(random.pick([1, 1, 1, 2, 11, 16, 20, random.below(256)]), 0);
  header.writeUIntBE(random.pick([message.length, message.length, random.below(0x1000000)]), 1, 3);
  header.writeUInt16BE(random.below(4), 4);
  header.writeUIntBE(random.pick([start, start, random.below(0x1000000)]), 6, 3);
  header.writeUIntBE(random.pick([piece.length, piece.length, random.below(0x1000000)]), 9, 3);
  return Buffer.concat([header, piece]);
}

function clientHello(random: SeededBytes): Buffer {
  const sized = (width: number, value: Buffer) => {
    const length = Buffer.alloc(width);
    length.writeUIntBE(value.length, 0, width);
    return Buffer.concat([length, value]);
  };
  const extension = (type: number, value: Buffer) => {
    const header = Buffer.alloc(2);
    header.writeUInt16BE(type);
    return Buffer.concat([header, sized(2, value)]);
  };
  const extensions = [
    extension(10, Buffer.from([0, 4, 0, 29, 0, 23])),
    extension(11, Buffer.from([1, 0])),
    extension(13, Buffer.from([0, 4, 4, 3, 8, 4])),
    // use_srtp (RFC 5764 §4.1.1).
    extension(14, Buffer.from([0, 4, 0, 7, 0, 1, 0])),
    extension(23, Buffer.alloc(0)),
    extension(random.below(0x10000), random.bytes(random.below(200))),
  ];
  return Buffer.concat([
    Buffer.from([0xfe, 0xfd]),
    random.bytes(32),
    sized(1, random.bytes(random.pick([0, 0, 32]))),
    sized(1, random.bytes(random.pick([0, 0, 20, 255]))),
    sized(2, Buffer.from([0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x09, 0xc0, 0x13])),
    Buffer.from([1, 0]),
    sized(2, Buffer.concat(extensions)),
  ]);
}

export interface RtpOptions {
  ssrc?: number;
  payloadType?: number;
  sequence?: number;
}

/** An RTP packet (RFC 3550 §5.1) whose sources, extensions (RFC 8285), padding and payload are anything. */
export function rtp(random: SeededBytes, { ssrc, payloadType, sequence }: RtpOptions = {}): Buffer {
  const sources = random.pick([0, 0, 0, random.below(16)]);
  const hasExtension = random.below(2) === 1;
  const hasPadding = random.below(4) === 0;
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80 | (hasPadding ? 0x20 : 0) | (hasExtension ? 0x10 : 0) | sources, 0);
  header.writeUInt8(
    (random.below(2) << 7) | (payloadType ?? random.pick([96, 100, 111, random.below(128)]) & 0x7f),
    1,
  );
  header.writeUInt16BE((sequence ?? random.below(0x10000)) & 0xffff, 2);
  header.writeUInt32BE(random.below(2 ** 32), 4);
  header.writeUInt32BE(ssrc ?? random.below(2 ** 32), 8);
  const parts = [header, random.bytes(sources * 4)];
  if (hasExtension) {
    const words = random.below(8);
    const extension = Buffer.alloc(4);
    extension.writeUInt16BE(random.pick([0xbede, 0xbede, 0x1000, random.below(0x10000)]), 0);
    extension.writeUInt16BE(random.pick([words, words, words, random.below(0x10000)]), 2);
    parts.push(extension, random.bytes(words * 4));
  }
  parts.push(random.bytes(random.below(1100)));
  if (hasPadding) parts.push(Buffer.from([random.below(256)]));
  return Buffer.concat(parts);
}

/** Every type that is registered: sender and receiver reports, names, goodbyes, applications, feedback, extended reports. */
const RTCP_TYPES = [192, 193, 194, 195, 200, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212, 213];

/** A compound of RTCP packets (RFC 3550 §6.1), some with lengths or counts that are wrong. @param ssrcs what they speak of */
export function rtcp(random: SeededBytes, ssrcs: readonly number[] = []): Buffer {
  const packets = Array.from({ length: 1 + random.below(4) }, () => {
    const words = random.below(30);
    const body = random.bytes(words * 4);
    // The sender, and what it speaks of.
    for (const at of [0, 4]) {
      if (ssrcs.length > 0 && words * 4 >= at + 4) body.writeUInt32BE(random.pick(ssrcs), at);
    }
    const header = Buffer.alloc(4);
    header.writeUInt8(0x80 | (random.pick([0, 0, 0, 1]) << 5) | random.below(32), 0);
    header.writeUInt8(random.pick(RTCP_TYPES), 1);
    header.writeUInt16BE(random.pick([words, words, words, words, random.below(0x10000)]), 2);
    return Buffer.concat([header, body]);
  });
  return Buffer.concat(packets);
}

/** A packet as it is, or cut off, or with bits that have turned, or with more behind it. */
export function damaged(random: SeededBytes, packet: Buffer): Buffer {
  switch (random.below(4)) {
    case 0:
      return packet.subarray(0, random.below(packet.length + 1));
    case 1: {
      const turned = Buffer.from(packet);
      for (let i = 0; i <= random.below(8) && turned.length > 0; i++) {
        const at = random.below(turned.length);
        turned.writeUInt8(turned.readUInt8(at) ^ (1 << random.below(8)), at);
      }
      return turned;
    }
    case 2:
      return Buffer.concat([packet, random.bytes(random.below(300))]);
    default:
      return packet;
  }
}
