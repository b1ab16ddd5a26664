/** How far a row of steps is, each of a weight of its own. Never goes back. */
export class Progress {
  readonly #report: (done: number) => void;
  readonly #steps = new Map<string, { weight: number; done: number }>();
  #told = 0;

  /** @param report - hears 0–1, whenever there is more. */
  constructor(report: (done: number) => void) {
    this.#report = report;
  }

  /** A step that will be taken. All are added before the first one goes on. */
  add(step: string, weight: number): void {
    this.#steps.set(step, { weight, done: 0 });
  }

  /** A step is so far, 0–1. */
  reach(step: string, done: number): void {
    const entry = this.#steps.get(step);
    if (!entry) return;
    entry.done = Math.min(1, Math.max(entry.done, done));
    let [all, sum] = [0, 0];
    for (const each of this.#steps.values()) {
      all += each.weight;
      sum += each.weight * each.done;
    }
    const now = all > 0 ? sum / all : 1;
    if (now <= this.#told) return;
    this.#told = now;
    this.#report(Math.min(1, now));
  }
}
