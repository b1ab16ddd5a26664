import { type CallStats, type ReceivedStats, readStats, type SessionReport } from './call-stats.ts';
import {
  type ConnectionQuality,
  judgeOwn,
  judgeRemote,
  type SteadyQuality,
  steady,
  WINDOW,
} from './connection-quality.ts';
import type { Roster } from './roster.ts';

/** Milliseconds between two measurements. */
const INTERVAL = 1_000;
/** How many are kept: three minutes. */
const MOST = 180;

export interface StatsWatchOptions {
  /** What the browser reports of the current media session, if there is one. */
  report(): Promise<SessionReport | undefined>;
  participants(): Roster;
  /** Whether the server sends nothing of a track for now, or did so a moment ago because it was not shown. */
  isPaused(trackId: string): boolean;
  measured(stats: CallStats): void;
  qualityChanged(change: { participantId: string; quality: ConnectionQuality | undefined }): void;
}

/** Measures the call once a second while something is wanted of it, and keeps what it measured. */
export class StatsWatch {
  readonly #options: StatsWatchOptions;
  readonly #wants = new Set<string>();
  #history: readonly CallStats[] = [];
  #latest: SessionReport | undefined;
  /** The latest measurements, received of them what was to come then. */
  #looks: readonly CallStats[] = [];
  #judged: ReadonlyMap<string, SteadyQuality> = new Map();
  #qualities: ReadonlyMap<string, ConnectionQuality> = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: StatsWatchOptions) {
    this.#options = options;
  }

  /** The latest minutes, oldest first. Another list after each measurement. */
  get history(): readonly CallStats[] {
    return this.#history;
  }

  /** By participant id; only while it is measured. Another map after a change. */
  get qualities(): ReadonlyMap<string, ConnectionQuality> {
    return this.#qualities;
  }

  /** Measures from the first wish on until the last one is gone. */
  want(what: 'stats' | 'quality', wanted: boolean): void {
    if (wanted) this.#wants.add(what);
    else this.#wants.delete(what);
    if (this.#wants.size > 0) {
      if (this.#timer === undefined) this.#schedule(0);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#latest = undefined;
    this.#looks = [];
    this.#judged = new Map();
    this.#qualities = new Map();
  }

  #schedule(pause: number): void {
    const timer = setTimeout(() => {
      void this.#measure().finally(() => {
        if (this.#timer === timer) this.#schedule(INTERVAL);
      });
    }, pause);
    this.#timer = timer;
  }

  async #measure(): Promise<void> {
    const timer = this.#timer;
    // A PeerConnection that is just being replaced has nothing to say.
    const report = await this.#options.report().catch(() => undefined);
    if (this.#timer !== timer) return;
    const before = this.#latest;
    this.#latest = report;
    if (report === undefined) return;
    const read = readStats(report, before?.session === report.session ? before : undefined);
    // The end of a pause is counted as that of a freeze.
    const received = [...read.received].map(([trackId, stats]): [string, ReceivedStats] =>
      this.#options.isPaused(trackId) ? [trackId, { ...stats, freezes: 0 }] : [trackId, stats],
    );
    const stats = { ...read, received: new Map(received) };
    this.#history = [...this.#history.slice(1 - MOST), stats];
    this.#options.measured(stats);
    if (this.#wants.has('quality')) this.#judge(stats);
  }

  #judge(stats: CallStats): void {
    const { participants, isPaused } = this.#options;
    const roster = participants();
    const muted = new Set(
      [...roster.values()].flatMap(({ tracks }) => tracks.flatMap((one) => (one.muted ? one.trackId : []))),
    );
    const received = [...stats.received].filter(([trackId]) => !muted.has(trackId) && !isPaused(trackId));
    this.#looks = [...this.#looks, { ...stats, received: new Map(received) }].slice(-WINDOW);
    const judgements = new Map<string, SteadyQuality>();
    for (const { participantId, isSelf, tracks } of roster.values()) {
      const theirs = tracks.map(({ trackId }) => trackId);
      const judged = isSelf ? judgeOwn(this.#looks) : judgeRemote(this.#looks, theirs);
      if (judged) judgements.set(participantId, steady(this.#judged.get(participantId), judged));
    }
    this.#judged = judgements;
    const before = this.#qualities;
    const now = new Map([...judgements].map(([id, { quality }]) => [id, quality]));
    const changed = [...new Set([...before.keys(), ...now.keys()])].filter(
      (id) => before.get(id) !== now.get(id),
    );
    if (changed.length === 0) return;
    this.#qualities = now;
    for (const participantId of changed) {
      this.#options.qualityChanged({ participantId, quality: now.get(participantId) });
    }
  }
}
