import { Unwrap } from './unwrap.ts';

/** How a window orders and asks again. */
export interface ReorderOptions<T> {
  /** Takes packets in order; `before` counts those that never came, right before it. */
  onPacket(packet: T, sequence: number, before: number): void;
  /** The source counts anew: nothing connects what comes to what came. */
  onRestart(): void;
}

/** How long a packet is waited for at least, milliseconds; */
export const WAIT_MS = 500;
/** and it is asked for so often, which takes longer when the machine is too busy to ask in time. */
const LEAST_ASKED = 7;
/** A packet that is only out of order comes within this time, milliseconds. */
const REORDER_MS = 10;
/** A packet is asked for again each so many milliseconds. */
const AGAIN_MS = 50;
/** Most packets that are kept, or missed, at once: half a second of 20 Mbit/s. */
const MOST = 1024;
/** Further off than this is another count (RFC 3550 appendix A.1). */
const MAX_JUMP = 3000;

interface Missing {
  readonly since: number;
  asked: number;
  /** When it is to be asked for again. */
  askAt: number;
}

/** Puts one source's packets in order and says which to ask for again (RFC 4585 §6.2.1). Takes the time from its caller. */
export class ReorderWindow<T> {
  readonly #options: ReorderOptions<T>;
  readonly #kept = new Map<number, T>();
  readonly #missing = new Map<number, Missing>();
  #unwrap = new Unwrap(16);
  #next: number | undefined;
  #highest = 0;
  #skipped = 0;
  /** Where a source that counts anew would go on. */
  #other: { sequence: number; packet: T } | undefined;

  constructor(options: ReorderOptions<T>) {
    this.#options = options;
  }

  /** @returns whether it is new; false for one that was there already, or comes when nobody waits for it any more. */
  push(sequence16: number, packet: T, now: number): 'taken' | 'recovered' | 'useless' {
    if (this.#next === undefined) return this.#begin(sequence16, packet);
    const distance = ((sequence16 - this.#highest + 0x1_8000) & 0xffff) - 0x8000;
    if (Math.abs(distance) > MAX_JUMP) return this.#jump(sequence16, packet);
    this.#other = undefined;
    const sequence = this.#unwrap.next(sequence16);
    if (sequence < this.#next || this.#kept.has(sequence)) return 'useless';
    const asked = this.#missing.get(sequence)?.asked ?? 0;
    for (let missing = this.#highest + 1; missing < sequence; missing++) {
      this.#missing.set(missing, { since: now, asked: 0, askAt: now + REORDER_MS });
    }
    this.#highest = Math.max(this.#highest, sequence);
    this.#missing.delete(sequence);
    this.#kept.set(sequence, packet);
    this.#deliver();
    while (this.#kept.size > MOST || this.#missing.size > MOST) this.#giveUp();
    return asked > 0 ? 'recovered' : 'taken';
  }

  /** Sequence numbers (16 bit) to ask for now, in order. Gives up those that were asked for in vain for {@link WAIT_MS}. */
  tick(now: number): number[] {
    for (const { since, asked, askAt } of this.#missing.values()) {
      if (now - since < WAIT_MS || asked < LEAST_ASKED || now < askAt) break;
      this.#giveUp();
    }
    const wanted: number[] = [];
    for (const [sequence, missing] of this.#missing) {
      if (now < missing.askAt) continue;
      missing.asked += 1;
      missing.askAt = now + AGAIN_MS;
      wanted.push(sequence & 0xffff);
    }
    return wanted;
  }

  /** Gives out what it has, waiting for nothing. */
  flush(): void {
    while (this.#kept.size > 0) this.#giveUp();
  }

  #begin(sequence16: number, packet: T): 'taken' {
    this.#unwrap = new Unwrap(16);
    const sequence = this.#unwrap.next(sequence16);
    this.#highest = sequence;
    this.#next = sequence;
    this.#kept.set(sequence, packet);
    this.#deliver();
    return 'taken';
  }

  // One packet far off may be garbage; two in a row are a source that counts anew.
  #jump(sequence16: number, packet: T): 'taken' | 'useless' {
    const other = this.#other;
    this.#other = { sequence: sequence16, packet };
    if (other === undefined || ((other.sequence + 1) & 0xffff) !== sequence16) return 'useless';
    this.flush();
    this.#missing.clear();
    this.#other = undefined;
    this.#skipped = 0;
    this.#options.onRestart();
    this.#begin(other.sequence, other.packet);
    this.push(sequence16, packet, 0);
    return 'taken';
  }

  #deliver(): void {
    let next = this.#next ?? 0;
    for (let packet = this.#kept.get(next); packet !== undefined; packet = this.#kept.get(next)) {
      this.#kept.delete(next);
      const skipped = this.#skipped;
      this.#skipped = 0;
      // Before the callback: it may throw, and no packet comes twice.
      this.#next = next + 1;
      this.#options.onPacket(packet, next, skipped);
      next += 1;
    }
  }

  /** Goes on without the packet that all the others wait for. */
  #giveUp(): void {
    const next = this.#next ?? 0;
    this.#missing.delete(next);
    this.#next = next + 1;
    this.#skipped += 1;
    this.#deliver();
  }
}
