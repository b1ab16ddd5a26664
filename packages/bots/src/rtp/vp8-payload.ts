import { rtpPacket } from './rtp-packet.ts';

/** Largest RTP packet, bytes, header included: what libwebrtc keeps to as well. */
const MAX_PACKET_BYTES = 1200;
/** Where the PictureID stands in a packet made here: after the RTP header and two bytes of the descriptor. */
const PICTURE_ID_AT = 14;
/** Where TL0PICIDX stands, in frames of temporal layers. */
const TL0_PIC_IDX_AT = 16;
/** The PictureID has 15 bits. */
export const PICTURE_ID_MASK = 0x7fff;

/** Where a frame stands among temporal layers. */
export interface TemporalPlace {
  /** 0 the lowest, which every frame may need. */
  layer: number;
  /** Whether it needs frames of the lowest layer only, so that a receiver may go up here. */
  isSync: boolean;
}

/**
 * Cuts a VP8 frame into RTP packets (RFC 7741), about even in size as libwebrtc's are. The header, the PictureID and
 * TL0PICIDX are left to be written when a packet is sent: {@link writePictureId}, {@link writeTl0PicIdx}. The descriptor
 * (§4.2) has a PictureID of 15 bits, and TL0PICIDX, TID and Y where there are temporal layers. The frame is taken for one
 * partition, as libwebrtc takes it: S stands in its first packet only, and PID is always 0. The marker is on the last packet.
 */
export function packetizeVp8(
  frame: Buffer,
  temporal?: TemporalPlace,
  maxPacketBytes = MAX_PACKET_BYTES,
): Buffer[] {
  const fields = temporal === undefined ? [] : [0, (temporal.layer << 6) | (temporal.isSync ? 0x20 : 0)];
  const present = temporal === undefined ? 0x80 : 0xe0;
  const room = maxPacketBytes - PICTURE_ID_AT - 2 - fields.length;
  const count = Math.ceil(frame.length / room);
  const size = Math.ceil(frame.length / count);
  return Array.from({ length: count }, (_, index) => {
    const descriptor = Buffer.from([index === 0 ? 0x90 : 0x80, present, 0x80, 0x00, ...fields]);
    const part = frame.subarray(index * size, (index + 1) * size);
    return rtpPacket(index === count - 1, descriptor, part);
  });
}

/** Writes the PictureID into a packet of {@link packetizeVp8}. */
export function writePictureId(packet: Buffer, pictureId: number): void {
  packet.writeUInt16BE(0x8000 | (pictureId & PICTURE_ID_MASK), PICTURE_ID_AT);
}

/** Writes the count of frames of the lowest temporal layer, of which 8 bits are told, into a packet of {@link packetizeVp8}. */
export function writeTl0PicIdx(packet: Buffer, frames: number): void {
  packet[TL0_PIC_IDX_AT] = frames & 0xff;
}

/** What the descriptor of a VP8 payload says, and where the payload of the codec starts. */
export interface Vp8Payload {
  /** Whether a partition starts here, and which. */
  startsPartition: boolean;
  partition: number;
  pictureId: number | undefined;
  /** Of frames that have a temporal layer. */
  tl0PicIdx?: number;
  temporal?: TemporalPlace;
  data: Buffer;
}

/** Reads an RTP payload of VP8, with every optional field of the descriptor (RFC 7741 §4.2). */
export function readVp8Payload(payload: Buffer): Vp8Payload {
  const first = payload[0] ?? 0;
  let at = 1;
  let pictureId: number | undefined;
  let tl0PicIdx: number | undefined;
  let temporal: TemporalPlace | undefined;
  if (first & 0x80) {
    const extension = payload[at++] ?? 0;
    if (extension & 0x80) {
      const isLong = ((payload[at] ?? 0) & 0x80) !== 0;
      pictureId = isLong ? payload.readUInt16BE(at) & PICTURE_ID_MASK : payload[at];
      at += isLong ? 2 : 1;
    }
    if (extension & 0x40) tl0PicIdx = payload[at++];
    if (extension & 0x20) {
      const place = payload[at] ?? 0;
      temporal = { layer: place >> 6, isSync: (place & 0x20) !== 0 };
    }
    if (extension & 0x30) at += 1;
  }
  return {
    startsPartition: (first & 0x10) !== 0,
    partition: first & 0x07,
    pictureId,
    ...(tl0PicIdx !== undefined && { tl0PicIdx }),
    ...(temporal !== undefined && { temporal }),
    data: payload.subarray(at),
  };
}
