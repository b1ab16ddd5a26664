import { type Heard, hear, NOTHING_HEARD, type Speakers } from '@parley/protocol/speakers';
import type { Router } from 'mediasoup/types';
import type { Logger } from 'pino';
import type { PublishedTrack } from '../sessions/published-track.ts';
import { LEVEL_INTERVAL_MS, LevelObserver } from './level-observer.ts';

/** Measuring goes on for so long after the last has gone who watched: a client may change its mind many times a second. */
const LINGER_MS = 2_000;

/** Who speaks in a room, and who has. */
export interface RoomSpeech extends Speakers {
  /** Participants who have spoken and are still there: those who speak now, the loudest first, then the others, the latest first. */
  readonly recent: readonly string[];
}

export const SILENCE: RoomSpeech = { active: [], dominant: undefined, recent: [] };

interface Microphone {
  readonly track: PublishedTrack;
  readonly router: Router;
}

/**
 * Who speaks in a room, by what the packets of microphones say of their sound. Nothing is measured while nobody watches. Who
 * mutes is silent at once.
 */
export class RoomSpeakers {
  readonly #logger: Logger;
  readonly #microphones = new Map<string, Microphone>();
  readonly #observers = new Map<Router, LevelObserver>();
  readonly #levels = new Map<Router, ReadonlyMap<string, number>>();
  readonly #listeners = new Set<(speech: RoomSpeech) => void>();
  #heard: Heard = NOTHING_HEARD;
  #speech = SILENCE;
  #at = 0;
  #timer: NodeJS.Timeout | undefined;
  #measures = false;
  #ending: NodeJS.Timeout | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** As it was told last; {@link SILENCE} while nobody watches. */
  get speech(): RoomSpeech {
    return this.#speech;
  }

  /** Tells of every change from now on. @returns ends it */
  watch(listener: (speech: RoomSpeech) => void): () => void {
    // One of its own, should the same be given twice.
    const own = (speech: RoomSpeech) => listener(speech);
    this.#listeners.add(own);
    clearTimeout(this.#ending);
    if (!this.#measures) this.#begin();
    return () => {
      if (!this.#listeners.delete(own) || this.#listeners.size > 0) return;
      this.#ending = setTimeout(() => this.#end(), LINGER_MS);
    };
  }

  /** A track is there; only microphones are of interest. @param router where its publisher's packets come in */
  add(track: PublishedTrack, router: Router): void {
    if (track.source !== 'microphone') return;
    const { producer } = track;
    this.#microphones.set(producer.id, { track, router });
    producer.observer.on('pause', () => this.#hear());
    if (this.#measures) this.#measure({ track, router });
  }

  /** A track is gone. */
  remove(trackId: string): void {
    if (this.#microphones.delete(trackId)) this.#hear();
  }

  /** Ends all watching. */
  close(): void {
    this.#listeners.clear();
    this.#end();
  }

  #begin(): void {
    this.#measures = true;
    this.#at = performance.now();
    for (const microphone of this.#microphones.values()) this.#measure(microphone);
  }

  #end(): void {
    this.#measures = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#ending);
    for (const observer of this.#observers.values()) void observer.close();
    this.#observers.clear();
    this.#levels.clear();
    this.#heard = NOTHING_HEARD;
    this.#speech = SILENCE;
  }

  #measure({ track, router }: Microphone): void {
    const observer = this.#observers.get(router) ?? this.#observe(router);
    void observer.add(track.producer);
  }

  #observe(router: Router): LevelObserver {
    const observer = new LevelObserver(router, {
      levels: (levels) => {
        this.#levels.set(router, levels);
        this.#hear();
      },
      failed: (err) => this.#logger.error({ event: 'levels-failed', err }, 'levels are not measured'),
      ended: () => {
        this.#observers.delete(router);
        this.#levels.delete(router);
      },
    });
    this.#observers.set(router, observer);
    return observer;
  }

  /** Takes up what was measured, or that somebody is silent or gone. */
  #hear(): void {
    if (!this.#measures) return;
    const now = performance.now();
    const elapsed = now - this.#at;
    this.#at = now;
    // Nothing is told while all are silent.
    const silent = elapsed - LEVEL_INTERVAL_MS;
    if (silent > LEVEL_INTERVAL_MS)
      this.#heard = hear(
        this.#heard,
        this.#all(() => 0),
        silent,
      );
    const levels = this.#all((id, router) => this.#levels.get(router)?.get(id) ?? 0);
    this.#heard = hear(this.#heard, levels, Math.min(elapsed, LEVEL_INTERVAL_MS));
    this.#tell();
    clearTimeout(this.#timer);
    // Who falls silent while all others are is not told of again, but speaks until it has been for a while.
    if (this.#heard.active.length > 0) this.#timer = setTimeout(() => this.#hear(), 2 * LEVEL_INTERVAL_MS);
  }

  /** The level of everybody who is not muted. */
  #all(levelOf: (trackId: string, router: Router) => number): ReadonlyMap<string, number> {
    const levels = new Map<string, number>();
    for (const { track, router } of this.#microphones.values()) {
      if (track.producer.paused) continue;
      const { participantId, producer } = track;
      levels.set(participantId, Math.max(levels.get(participantId) ?? 0, levelOf(producer.id, router)));
    }
    return levels;
  }

  #tell(): void {
    const { active, dominant } = this.#heard;
    const speaking = active.map(({ participantId }) => participantId);
    const present = new Set([...this.#microphones.values()].map(({ track }) => track.participantId));
    const before = this.#speech.recent.filter((id) => present.has(id) && !speaking.includes(id));
    const speech = { active, dominant, recent: [...speaking, ...before] };
    if (JSON.stringify(speech) === JSON.stringify(this.#speech)) return;
    this.#speech = speech;
    for (const listener of [...this.#listeners]) listener(speech);
  }
}
