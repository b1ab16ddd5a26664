import { TICKET_TTL_SECONDS } from '@parley/protocol/tokens';
import type { SessionId } from '../sessions/session-context.ts';
import { CLOCK_TOLERANCE_SECONDS } from '../tickets/ticket-verifier.ts';

/** A ticket issued just before its session was closed opens nothing after this, ms. */
const REMEMBERED_MS = (TICKET_TTL_SECONDS + 2 * CLOCK_TOLERANCE_SECONDS) * 1000;

/**
 * Remembers which sessions have ended for as long as a ticket for one could still be shown. Memory is bounded; beyond
 * the bound the oldest is forgotten first.
 */
export class ClosedSessions {
  readonly #capacity: number;
  /** The highest number that has ended, by participant; in the order in which they may be forgotten. */
  readonly #ended = new Map<string, { session: number; until: number }>();

  /** @param capacity most participants remembered */
  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  /** How many participants it remembers. */
  get size(): number {
    return this.#ended.size;
  }

  /** A session has ended, or is never to begin, and with it all before it. @param now ms */
  add({ participantId, session }: SessionId, now: number): void {
    const known = this.#ended.get(participantId)?.session ?? 0;
    this.#ended.delete(participantId);
    this.#ended.set(participantId, { session: Math.max(known, session), until: now + REMEMBERED_MS });
    this.sweep(now);
  }

  /** Forgets what may be forgotten. @param now ms */
  sweep(now: number): void {
    for (const [oldest, { until }] of this.#ended) {
      if (until > now && this.#ended.size <= this.#capacity) break;
      this.#ended.delete(oldest);
    }
  }

  /** Whether a session has ended. */
  has({ participantId, session }: SessionId): boolean {
    return session <= (this.#ended.get(participantId)?.session ?? 0);
  }
}
