import type { ObjectCounts } from './counts.ts';

/** How long an object stays in memory after its last event, ms. */
const EVICTED_AFTER = 10_000;

/** Counts what one object does. Outlives the object, which comes and goes. */
export class ObjectMeter {
  readonly counts: ObjectCounts;
  #underWay = 0;
  #activeSince = 0;
  #residentUntil = 0;
  #inCall = false;

  constructor(className: string, name: string) {
    this.counts = {
      className,
      name,
      made: 0,
      requests: {},
      messages: 0,
      rowsRead: 0,
      rowsWritten: {},
      activeMs: 0,
      residentMs: 0,
    };
  }

  /** Counts an event, and the time until it is done. What an object's own method calls of it is no request. */
  event<T>(method: string, run: () => T): T {
    if (this.#inCall) return run();
    if (method === 'webSocketMessage') this.counts.messages += 1;
    else if (!method.startsWith('webSocket')) {
      this.counts.requests[method] = (this.counts.requests[method] ?? 0) + 1;
    }
    return this.during(() => {
      this.#inCall = true;
      try {
        return run();
      } finally {
        this.#inCall = false;
      }
    });
  }

  /** Counts the time until something is done. */
  during<T>(run: () => T): T {
    if (this.#underWay++ === 0) this.#activeSince = performance.now();
    let result: T;
    try {
      result = run();
    } catch (error) {
      this.#done();
      throw error;
    }
    if (result instanceof Promise) {
      const done = () => this.#done();
      result.then(done, done);
    } else this.#done();
    return result;
  }

  #done(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    const now = performance.now();
    this.counts.activeMs += now - this.#activeSince;
    this.counts.residentMs += now + EVICTED_AFTER - Math.max(this.#activeSince, this.#residentUntil);
    this.#residentUntil = now + EVICTED_AFTER;
  }
}
