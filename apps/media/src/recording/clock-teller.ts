import type { ClockReport, TrackClock } from './track-clock.ts';

/** What is new is told together with what comes within, ms. */
const BATCH_MS = 250;
/** All is told again each so often, ms: clocks drift by some ten ms in it at the most. */
const REPEAT_MS = 30_000;

/** A report, and whose it is. */
export interface TrackReport extends ClockReport {
  trackId: string;
}

/** Tells what is known of tracks' clocks: what is new soon, all of it seldom. Whoever makes it closes it. */
export class ClockTeller {
  readonly #clocks = new Map<string, TrackClock>();
  readonly #tell: (reports: TrackReport[]) => void;
  readonly #news = new Set<string>();
  readonly #repeat: NodeJS.Timeout;
  #batch: NodeJS.Timeout | undefined;

  constructor(tell: (reports: TrackReport[]) => void) {
    this.#tell = tell;
    this.#repeat = setInterval(() => this.tellAll(), REPEAT_MS);
  }

  add(trackId: string, clock: TrackClock): void {
    this.#clocks.set(trackId, clock);
  }

  remove(trackId: string): void {
    this.#clocks.delete(trackId);
    this.#news.delete(trackId);
  }

  /** A track's clock is known, or reads otherwise. */
  changed(trackId: string): void {
    this.#news.add(trackId);
    this.#batch ??= setTimeout(() => {
      this.#batch = undefined;
      this.#send([...this.#news]);
      this.#news.clear();
    }, BATCH_MS);
  }

  tellAll(): void {
    this.#send([...this.#clocks.keys()]);
  }

  close(): void {
    clearTimeout(this.#batch);
    clearInterval(this.#repeat);
  }

  #send(trackIds: readonly string[]): void {
    const reports = trackIds.flatMap((trackId) => {
      const report = this.#clocks.get(trackId)?.report;
      return report === undefined ? [] : [{ trackId, ...report }];
    });
    if (reports.length > 0) this.#tell(reports);
  }
}
