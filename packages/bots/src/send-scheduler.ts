/** How fine time is cut, ms. */
const TICK_MS = 10;
/** Who is later than this does not catch up but goes on from now, ms: a stall must not become a burst. */
const MOST_LATE_MS = 200;

/** Something that sends in a steady rhythm. */
export interface Sending {
  /** Milliseconds between two calls of `send`. */
  readonly intervalMs: number;
  /** @param now the time by the scheduler's clock, ms */
  send(now: number): void;
}

interface Slot {
  sending: Sending;
  dueAt: number;
}

/**
 * Sends for everybody in the process with one timer: a thousand bots at two packets a second are no thousand timers.
 * A wheel of ticks: each tick touches only those who are due in it. The timer runs while somebody sends.
 */
export class SendScheduler {
  readonly #now: () => number;
  readonly #wheel = new Map<number, Slot[]>();
  readonly #active = new Map<Sending, Slot>();
  #timer: NodeJS.Timeout | undefined;
  #lastTick = 0;

  /** @param now a steady clock, ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many send. */
  get size(): number {
    return this.#active.size;
  }

  /** Starts somebody, at a random instant of its first interval so that not all send at once. */
  add(sending: Sending, random = Math.random()): void {
    if (this.#active.has(sending)) return;
    const now = this.#now();
    if (this.#active.size === 0) this.#lastTick = Math.floor(now / TICK_MS);
    const slot = { sending, dueAt: now + random * sending.intervalMs };
    this.#active.set(sending, slot);
    this.#place(slot);
    this.#timer ??= setInterval(() => this.run(), TICK_MS);
  }

  /** Stops somebody. */
  remove(sending: Sending): void {
    this.#active.delete(sending);
    if (this.#active.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#wheel.clear();
  }

  /** Sends what is due; the timer calls it. */
  run(): void {
    const now = this.#now();
    const tick = Math.floor(now / TICK_MS);
    while (this.#lastTick < tick) {
      this.#lastTick += 1;
      const due = this.#wheel.get(this.#lastTick);
      if (due === undefined) continue;
      this.#wheel.delete(this.#lastTick);
      for (const slot of due) {
        // It may have been removed, and added again, since.
        if (this.#active.get(slot.sending) !== slot) continue;
        slot.sending.send(now);
        const next = slot.dueAt + slot.sending.intervalMs;
        slot.dueAt = next < now - MOST_LATE_MS ? now : next;
        this.#place(slot);
      }
    }
  }

  /** Never into a tick that has been run. */
  #place(slot: Slot): void {
    const tick = Math.max(Math.ceil(slot.dueAt / TICK_MS), this.#lastTick + 1);
    const others = this.#wheel.get(tick);
    if (others === undefined) this.#wheel.set(tick, [slot]);
    else others.push(slot);
  }
}

/** The scheduler of all bots in this process. */
export const scheduler = new SendScheduler();
