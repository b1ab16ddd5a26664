import type { RoomSpeech } from '../speakers/room-speakers.ts';

/** Milliseconds that a seat is kept at the least by who has spoken: else two who interrupt each other would take it in turns. */
export const MIN_STAY_MS = 2_500;
/** How much louder than somebody who speaks too one has to be to take their seat, as levels go: 6 dB. */
const LOUDER = 0.1;

/** A place among those who are forwarded. */
export interface Seat {
  readonly participantId: string;
  /** Since when they have it, ms. */
  readonly since: number;
}

/** Who is forwarded in a room that forwards the loudest only. Never changed, only replaced. */
export interface Stage {
  readonly seats: readonly Seat[];
  /** Whoever comes next, in this order: the first of them is forwarded to those who sit, since nobody gets themselves. */
  readonly next: readonly string[];
  /** Somebody who speaks waits for a seat that may be taken later: seat them again soon. */
  readonly waits: boolean;
}

export const EMPTY_STAGE: Stage = { seats: [], next: [], waits: false };

export interface SeatingOptions {
  /** Who publishes sound or a camera, in the order in which they came. */
  readonly candidates: Iterable<string>;
  readonly speech: Pick<RoomSpeech, 'active' | 'recent'>;
  /** How many seats there are. */
  readonly loudest: number;
  /** ms */
  readonly now: number;
}

/**
 * Seats whoever speaks. Seats that nobody needs go to who spoke last, then to who came first. Who begins to speak takes the seat
 * of who has been silent for longest, at once but for seats that were taken a moment ago; where all who sit speak, that of the
 * quietest if it is clearly louder.
 */
export function seat(stage: Stage, { candidates, speech, loudest, now }: SeatingOptions): Stage {
  const ranked = rank(candidates, speech.recent);
  const levels = new Map(speech.active.map(({ participantId, level }) => [participantId, level]));
  let seats = stage.seats.filter(({ participantId }) => ranked.has(participantId));
  // Fewer seats than before: the worst go.
  if (seats.length > loudest) {
    const best = [...seats].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, loudest);
    seats = seats.filter((one) => best.includes(one));
  }
  for (const participantId of ranked.keys()) {
    if (seats.length === loudest) break;
    if (!sits(participantId)) seats.push({ participantId, since: now });
  }
  let waits = false;
  for (const [participantId, level] of levels) {
    if (!ranked.has(participantId) || sits(participantId)) continue;
    const leaving = whoLeaves(level);
    if (leaving === undefined) waits = true;
    else seats = seats.map((one) => (one === leaving ? { participantId, since: now } : one));
  }
  return { seats, next: [...ranked.keys()].filter((id) => !sits(id)), waits };

  function sits(id: string): boolean {
    return seats.some(({ participantId }) => participantId === id);
  }

  function rankOf({ participantId }: Seat): number {
    return ranked.get(participantId) ?? ranked.size;
  }

  function whoLeaves(level: number): Seat | undefined {
    const stayed = ({ participantId, since }: Seat) =>
      now - since >= MIN_STAY_MS || !speech.recent.includes(participantId);
    const silent = seats.filter((one) => !levels.has(one.participantId) && stayed(one));
    if (silent.length > 0) return silent.reduce((a, b) => (rankOf(a) > rankOf(b) ? a : b));
    const levelOf = ({ participantId }: Seat) => levels.get(participantId) ?? 1;
    const quieter = seats.filter((one) => stayed(one) && level > levelOf(one) + LOUDER);
    return quieter.length > 0 ? quieter.reduce((a, b) => (levelOf(a) < levelOf(b) ? a : b)) : undefined;
  }
}

/** Who is forwarded to somebody: all who sit, with the next in place of themselves. */
export function forwardedTo({ seats, next }: Stage, participantId: string): string[] {
  const ids = seats.map((one) => one.participantId);
  const index = ids.indexOf(participantId);
  if (index < 0) return ids;
  const [first] = next.filter((id) => id !== participantId);
  return first === undefined ? ids.toSpliced(index, 1) : ids.toSpliced(index, 1, first);
}

/** Where everybody stands: those who have spoken, the latest first, then the others as they came. */
function rank(candidates: Iterable<string>, recent: readonly string[]): ReadonlyMap<string, number> {
  const all = new Set(candidates);
  const spoken = recent.filter((id) => all.has(id));
  return new Map([...new Set([...spoken, ...all])].map((id, index) => [id, index]));
}
