/** RTCP packet types (RFC 3550 §12.1, RFC 4585 §6.1). */
const SENDER_REPORT = 200;
const PAYLOAD_FEEDBACK = 206;
/** Kinds of payload-specific feedback: picture loss (RFC 4585 §6.3.1) and full intra request (RFC 5104 §4.3.1). */
const PICTURE_LOSS = 1;
const FULL_INTRA = 4;
/** Seconds from 1900, NTP's epoch, to 1970. */
const NTP_EPOCH = 2_208_988_800;

/** The SSRCs of which a compound RTCP packet asks a key frame, by PLI or FIR. */
export function keyFrameRequests(packet: Buffer): number[] {
  const ssrcs: number[] = [];
  for (let at = 0; at + 4 <= packet.length; ) {
    const end = at + 4 * (packet.readUInt16BE(at + 2) + 1);
    if (end > packet.length) break;
    const kind = (packet[at] ?? 0) & 0x1f;
    if (packet[at + 1] === PAYLOAD_FEEDBACK) {
      if (kind === PICTURE_LOSS && end >= at + 12) ssrcs.push(packet.readUInt32BE(at + 8));
      // Entries of eight bytes; the media source in the header is unused.
      if (kind === FULL_INTRA)
        for (let entry = at + 12; entry + 8 <= end; entry += 8) ssrcs.push(packet.readUInt32BE(entry));
    }
    at = end;
  }
  return ssrcs;
}

/** What a sender report says of a stream. */
export interface SenderReport {
  ssrc: number;
  /** RTP time of `now`. */
  timestamp: number;
  packets: number;
  /** Payload bytes. */
  bytes: number;
}

/**
 * A sender report (RFC 3550 §6.4.1). Receivers need it to synchronise a participant's tracks, and an SFU to change
 * simulcast layers.
 *
 * @param now milliseconds since the epoch
 */
export function senderReport({ ssrc, timestamp, packets, bytes }: SenderReport, now: number): Buffer {
  const report = Buffer.alloc(28);
  report[0] = 0x80;
  report[1] = SENDER_REPORT;
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(ssrc >>> 0, 4);
  report.writeUInt32BE((Math.floor(now / 1000) + NTP_EPOCH) >>> 0, 8);
  report.writeUInt32BE(Math.floor(((now % 1000) / 1000) * 2 ** 32) >>> 0, 12);
  report.writeUInt32BE(timestamp >>> 0, 16);
  report.writeUInt32BE(packets >>> 0, 20);
  report.writeUInt32BE(bytes >>> 0, 24);
  return report;
}
