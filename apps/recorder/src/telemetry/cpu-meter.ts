/** Tells how much of a core this process uses. */
export class CpuMeter {
  #since = performance.now();
  #used = process.cpuUsage();
  #latest = 0;

  /** Share of one core since it was last read, 0–1 and more with helper threads; of at least a second. */
  read(): number {
    const now = performance.now();
    const elapsedMs = now - this.#since;
    if (elapsedMs < 1000) return this.#latest;
    const { user, system } = process.cpuUsage(this.#used);
    this.#latest = (user + system) / 1000 / elapsedMs;
    this.#since = now;
    this.#used = process.cpuUsage();
    return this.#latest;
  }
}
