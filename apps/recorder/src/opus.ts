/*
 * Opus packets (RFC 6716), as far as who records and who finishes needs it.
 */

/** Milliseconds of a frame by the packet's configuration, four to a row of RFC 6716 table 2. */
const FRAME_MS: readonly number[] = [
  ...[10, 20, 40, 60, 10, 20, 40, 60, 10, 20, 40, 60],
  ...[10, 20, 10, 20],
  ...[2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20],
];

/** How long a packet sounds, milliseconds; 0 where it is no packet (RFC 6716 §3.1, §3.2). */
export function opusDuration(packet: Uint8Array): number {
  const toc = packet[0];
  if (toc === undefined) return 0;
  const frame = FRAME_MS[toc >> 3] ?? 0;
  const code = toc & 3;
  if (code === 0) return frame;
  if (code < 3) return 2 * frame;
  const frames = (packet[1] ?? 0) & 0x3f;
  return frames * frame > 120 ? 0 : frames * frame;
}

/** Packets of silence: CELT, full band, mono, by their length in milliseconds. */
const SILENCE: readonly { ms: number; packet: Uint8Array }[] = [
  { ms: 20, packet: Uint8Array.of(0xf8, 0xff, 0xfe) },
  { ms: 10, packet: Uint8Array.of(0xf0, 0xff, 0xfe) },
  { ms: 5, packet: Uint8Array.of(0xe8, 0xff, 0xfe) },
  { ms: 2.5, packet: Uint8Array.of(0xe0, 0xff, 0xfe) },
];

/** Silence of a length in milliseconds, to 2.5 below it. */
export function* opusSilence(ms: number): Generator<{ ms: number; packet: Uint8Array }> {
  let left = ms;
  for (const silence of SILENCE) {
    for (; left >= silence.ms; left -= silence.ms) yield silence;
  }
}

/** The identification header of a stream without pre-skip (RFC 7845 §5.1): its first packets are played whole. */
export function opusHead(channels: number): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(19);
  head.set(new TextEncoder().encode('OpusHead'));
  head.set([1, channels], 8);
  new DataView(head.buffer).setUint32(12, 48_000, true);
  return head;
}
