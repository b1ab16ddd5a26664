/** How long a packet waits for word of whose it is, milliseconds: the word goes by way of the edge. */
const MAX_AGE_MS = 10_000;
/** Most that waits, of all; then the oldest go. */
const MAX_BYTES = 8 << 20;
const MAX_PACKETS = 8192;

/** A packet and when it came. */
export interface EarlyPacket {
  readonly data: Buffer;
  readonly arrival: number;
}

/** Packets that came before it was said what they are, by where they belong. Bounded, since anybody may send some. */
export class EarlyPackets {
  #waiting: (EarlyPacket & { key: string })[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  hold(key: string, data: Buffer, arrival: number): void {
    this.#waiting.push({ key, data, arrival });
    this.#bytes += data.length;
    if (this.#bytes > MAX_BYTES || this.#waiting.length > MAX_PACKETS)
      this.#drop(this.#waiting.length >> 2 || 1);
  }

  /** Gives out what belongs there, in the order of arrival. */
  take(key: string, now: number): EarlyPacket[] {
    this.expire(now);
    const taken = this.#waiting.filter((packet) => packet.key === key);
    if (taken.length === 0) return taken;
    this.#waiting = this.#waiting.filter((packet) => packet.key !== key);
    for (const { data } of taken) this.#bytes -= data.length;
    return taken;
  }

  expire(now: number): void {
    const fresh = this.#waiting.findIndex(({ arrival }) => now - arrival < MAX_AGE_MS);
    if (fresh !== 0 && this.#waiting.length > 0) this.#drop(fresh === -1 ? this.#waiting.length : fresh);
  }

  #drop(count: number): void {
    for (const { data } of this.#waiting.splice(0, count)) this.#bytes -= data.length;
  }
}
