/** A jump in sequence numbers beyond which a stream has started anew (RFC 3550 A.1, MAX_DROPOUT). */
const MAX_DROPOUT = 3000;

/**
 * Counts what arrives of one track. Lost is what is missing between the first and the highest sequence number, as in
 * RFC 3550 A.3: packets that come out of order are not lost (SRTP has dropped duplicates already). Times are of
 * `performance.now()`, ms.
 */
export class ReceivedTrack {
  readonly trackId: string;
  readonly participantId: string;
  readonly kind: 'audio' | 'video';
  packets = 0;
  /** With RTP headers. */
  bytes = 0;
  firstPacketAt: number | undefined;
  lastPacketAt: number | undefined;
  /** The longest time without a packet since the first, ms. */
  longestPause = 0;
  /** How often the sequence numbers or the SSRC started anew. */
  restarts = 0;
  #ssrc: number | undefined;
  #first = 0;
  /** The highest sequence number, with the overflows of its 16 bits counted in. */
  #highest = 0;
  /** Received since `#first`. */
  #counted = 0;
  #lostBefore = 0;

  constructor(trackId: string, participantId: string, kind: 'audio' | 'video') {
    this.trackId = trackId;
    this.participantId = participantId;
    this.kind = kind;
  }

  /** Packets that have not come though later ones have. */
  get lost(): number {
    return this.#lostBefore + (this.#counted === 0 ? 0 : this.#highest - this.#first + 1 - this.#counted);
  }

  /** @param packet RTP */
  count(packet: Buffer, now: number): void {
    this.packets += 1;
    this.bytes += packet.length;
    this.firstPacketAt ??= now;
    if (this.lastPacketAt !== undefined)
      this.longestPause = Math.max(this.longestPause, now - this.lastPacketAt);
    this.lastPacketAt = now;
    const sequence = packet.readUInt16BE(2);
    const ssrc = packet.readUInt32BE(8);
    // The distance on the circle of 16 bits, negative for what is late.
    const ahead = ((sequence - this.#highest) << 16) >> 16;
    if (ssrc !== this.#ssrc || Math.abs(ahead) > MAX_DROPOUT) {
      if (this.#ssrc !== undefined) this.restarts += 1;
      this.#lostBefore = this.lost;
      this.#ssrc = ssrc;
      this.#first = sequence;
      this.#highest = sequence;
      this.#counted = 1;
      return;
    }
    this.#counted += 1;
    if (ahead > 0) this.#highest += ahead;
    // What was overtaken by the very first packet belongs to the stream too.
    else if (this.#highest + ahead < this.#first) this.#first = this.#highest + ahead;
  }
}
