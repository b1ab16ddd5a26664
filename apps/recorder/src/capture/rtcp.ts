import { NackPacket, PliPacket } from 'rtp.js/packets';

/** Sequence numbers that one NACK packet asks for; more go into the next. */
const ITEMS = 100;

/**
 * NACK (RFC 4585 §6.2.1) for some sequence numbers of a stream, by itself in its packet (RFC 5506).
 *
 * @param sequences 16 bit, in order.
 */
export function nack(sender: number, ssrc: number, sequences: readonly number[]): Buffer[] {
  const items: { pid: number; bitmask: number }[] = [];
  for (const sequence of sequences) {
    const last = items.at(-1);
    const offset = last === undefined ? 0 : (sequence - last.pid) & 0xffff;
    if (last !== undefined && offset >= 1 && offset <= 16) last.bitmask |= 1 << (offset - 1);
    else items.push({ pid: sequence, bitmask: 0 });
  }
  const packets: Buffer[] = [];
  for (let at = 0; at < items.length; at += ITEMS) {
    const packet = new NackPacket();
    packet.setSenderSsrc(sender);
    packet.setMediaSsrc(ssrc);
    packet.setItems(items.slice(at, at + ITEMS));
    packets.push(bytesOf(packet));
  }
  return packets;
}

/** PLI (RFC 4585 §6.3.1): the wish for a key frame. */
export function pli(sender: number, ssrc: number): Buffer {
  const packet = new PliPacket();
  packet.setSenderSsrc(sender);
  packet.setMediaSsrc(ssrc);
  return bytesOf(packet);
}

function bytesOf(packet: NackPacket | PliPacket): Buffer {
  packet.serialize();
  const { buffer, byteOffset, byteLength } = packet.getView();
  return Buffer.from(buffer, byteOffset, byteLength);
}
