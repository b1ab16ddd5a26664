/** Bytes of an RTP header without contributing sources and extensions (RFC 3550 §5.1). */
export const RTP_HEADER_BYTES = 12;

/** Makes a packet with an empty header, apart from the version and the marker, before `payload`. */
export function rtpPacket(marker: boolean, ...payload: Uint8Array[]): Buffer {
  const header = Buffer.alloc(RTP_HEADER_BYTES);
  header[0] = 0x80;
  header[1] = marker ? 0x80 : 0;
  return Buffer.concat([header, ...payload]);
}

/** The id under which the audio level is offered and sent (RFC 8285 §4.2). */
export const AUDIO_LEVEL_ID = 1;
/** Where the level is in a packet of {@link rtpPacketWithLevel}. */
const LEVEL_OFFSET = RTP_HEADER_BYTES + 5;

/** Makes a packet with room for an audio level, before `payload` (RFC 6464). */
export function rtpPacketWithLevel(marker: boolean, ...payload: Uint8Array[]): Buffer {
  const extension = Buffer.from([0xbe, 0xde, 0, 1, AUDIO_LEVEL_ID << 4, 0, 0, 0]);
  const packet = rtpPacket(marker, extension, ...payload);
  packet[0] = 0x90;
  return packet;
}

/** Writes how loud the packet is. @param dbov −127–0 */
export function writeAudioLevel(packet: Buffer, dbov: number): void {
  packet[LEVEL_OFFSET] = Math.min(127, Math.max(0, Math.round(-dbov)));
}

/** Writes what differs from stream to stream and from time to time; marker and payload stay. */
export function writeRtpHeader(
  packet: Buffer,
  payloadType: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  packet[1] = ((packet[1] ?? 0) & 0x80) | payloadType;
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(timestamp >>> 0, 4);
  packet.writeUInt32BE(ssrc >>> 0, 8);
}

/** Whether a packet is RTP; RTCP comes over the same port (RFC 5761 §4). */
export function isRtp(packet: Buffer): boolean {
  const type = (packet[1] ?? 0) & 0x7f;
  return packet.length >= RTP_HEADER_BYTES && (type < 64 || type > 95);
}

/** The payload of an RTP packet: after contributing sources and header extension, before padding (RFC 3550 §5.1). */
export function rtpPayload(packet: Buffer): Buffer {
  const first = packet[0] ?? 0;
  let start = RTP_HEADER_BYTES + 4 * (first & 0x0f);
  if (first & 0x10) start += 4 + 4 * packet.readUInt16BE(start + 2);
  const padding = first & 0x20 ? (packet.at(-1) ?? 0) : 0;
  return packet.subarray(start, packet.length - padding);
}
