/**
 * The packets of an Ogg file with one logical stream (RFC 3533 §6). Packets can be spread over segments and pages.
 *
 * @throws {Error} when the file is none, or ends within a page
 */
export function readOggPackets(file: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  let parts: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    if (file.toString('latin1', at, at + 4) !== 'OggS')
      throw new Error(`There is no Ogg page at byte ${at}.`);
    const segments = file[at + 26] ?? 0;
    const lacing = file.subarray(at + 27, at + 27 + segments);
    at += 27 + segments;
    for (const size of lacing) {
      if (at + size > file.length) throw new Error('The Ogg file ends within a page.');
      parts.push(file.subarray(at, at + size));
      at += size;
      // A segment of 255 bytes goes on in the next one.
      if (size < 255) {
        packets.push(Buffer.concat(parts));
        parts = [];
      }
    }
  }
  return packets;
}

/** The audio packets of an Ogg Opus file: what follows the two headers (RFC 7845 §3). */
export function readOpusPackets(file: Buffer): Buffer[] {
  const [head, tags, ...audio] = readOggPackets(file);
  if (head?.toString('latin1', 0, 8) !== 'OpusHead' || tags?.toString('latin1', 0, 8) !== 'OpusTags')
    throw new Error('This is no Ogg Opus file.');
  return audio;
}
