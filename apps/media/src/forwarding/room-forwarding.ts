import type { ForwardOptions } from '@parley/protocol/room-media';
import { EMPTY_STAGE, forwardedTo, type Stage, seat } from '../quality/loudest.ts';
import type { PublishedTrack } from '../sessions/published-track.ts';
import { LEVEL_INTERVAL_MS } from '../speakers/level-observer.ts';
import type { RoomSpeakers } from '../speakers/room-speakers.ts';
import { linesFor } from './lines.ts';

/** So many who may be next have m-lines before they speak, so that nothing of their first word waits for an offer. */
const AHEAD = 4;

/** What a session gets in a room that forwards the loudest only. */
export interface Forwarded {
  /** The participants whose sound and cameras it is sent. */
  readonly participants: ReadonlySet<string>;
  /** Those of whom it has m-lines: these and a few more. */
  readonly lines: ReadonlySet<string>;
}

/** What the room's forwarding needs of a session. */
export interface ForwardingSession {
  readonly participantId: string;
  /** Tracks that the client wants whatever happens; they may be gone. */
  readonly pinnedTracks: Iterable<string>;
  /** Sends what is forwarded and nothing else; everything when undefined. */
  forward(forwarded: Forwarded | undefined): void;
  /** A track is now forwarded or not. */
  showTrack(track: PublishedTrack): void;
}

/** What a room's forwarding is about. */
export interface ForwardingOptions<S extends ForwardingSession> {
  readonly speakers: Pick<RoomSpeakers, 'speech' | 'watch'>;
  sessions(): Iterable<S>;
}

/** Whether a track is forwarded of the loudest only: screens and their sound are for everybody. */
export function isOfLoudest({ source }: PublishedTrack): boolean {
  return source === 'microphone' || source === 'camera';
}

/**
 * Whom a room with the option `forward` forwards to each session. A change costs a session as much as the participants it
 * concerns, however many there are in the room.
 */
export class RoomForwarding<S extends ForwardingSession> {
  readonly #options: ForwardingOptions<S>;
  readonly #tracks = new Map<string, PublishedTrack>();
  /** The tracks of who publishes sound or a camera; who came first comes first. */
  readonly #publishers = new Map<string, Set<PublishedTrack>>();
  readonly #forwarded = new Map<S, Forwarded>();
  /** Who has unmuted themselves lately and will want to say something, the latest first. */
  #unmuted: readonly string[] = [];
  #loudest: number | undefined;
  #stage = EMPTY_STAGE;
  #ahead: readonly string[] = [];
  #unwatch: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;

  constructor(options: ForwardingOptions<S>) {
    this.#options = options;
  }

  /** The option holds from now on; undefined: everybody is forwarded. */
  set(options: ForwardOptions | undefined): void {
    const before = this.#loudest;
    this.#loudest = options?.loudest;
    if (this.#loudest === before) return;
    if (this.#loudest === undefined) return this.#end();
    this.#unwatch ??= this.#options.speakers.watch(() => this.#seat());
    this.#seat();
    // What they have had beside that is theirs no longer.
    if (before !== undefined) return;
    for (const session of this.#options.sessions()) {
      this.#begin(session);
      this.#show(session, this.#publishers.keys());
    }
  }

  /** A session opens, and is shown tracks after this. */
  joined(session: S): void {
    if (this.#loudest !== undefined) this.#begin(session);
  }

  /** It ends. */
  left(session: S): void {
    this.#forwarded.delete(session);
  }

  /** A client wants others whatever happens than before. */
  pinned(session: S): void {
    if (this.#loudest !== undefined) this.#forward(session);
  }

  /** A track that somebody in the room publishes. */
  track(trackId: string): PublishedTrack | undefined {
    return this.#tracks.get(trackId);
  }

  /** A track is there, before it is shown to anybody. */
  published(track: PublishedTrack): void {
    const { participantId, producer } = track;
    this.#tracks.set(producer.id, track);
    if (!isOfLoudest(track)) return;
    const tracks = this.#publishers.get(participantId) ?? new Set();
    this.#publishers.set(participantId, tracks.add(track));
    if (producer.kind === 'audio') producer.observer.on('resume', () => this.#isUnmuted(participantId));
    this.#changed();
  }

  /** A track is gone. */
  unpublished(trackId: string): void {
    const track = this.#tracks.get(trackId);
    if (track === undefined) return;
    this.#tracks.delete(trackId);
    const tracks = this.#publishers.get(track.participantId);
    tracks?.delete(track);
    if (tracks?.size !== 0) return;
    this.#publishers.delete(track.participantId);
    this.#unmuted = this.#unmuted.filter((id) => id !== track.participantId);
    this.#changed();
  }

  close(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#soon);
    this.#soon = undefined;
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#loudest = undefined;
    this.#forwarded.clear();
  }

  #end(): void {
    const sessions = [...this.#forwarded.keys()];
    this.close();
    this.#stage = EMPTY_STAGE;
    for (const session of sessions) {
      session.forward(undefined);
      this.#show(session, this.#publishers.keys());
    }
  }

  #isUnmuted(participantId: string): void {
    if (this.#loudest === undefined || !this.#publishers.has(participantId)) return;
    this.#unmuted = [participantId, ...this.#unmuted.filter((id) => id !== participantId)].slice(0, AHEAD);
    this.#changed();
  }

  /** Others are there, or likely to speak. Many may go at once. */
  #changed(): void {
    if (this.#loudest !== undefined) this.#soon ??= setImmediate(() => this.#seat());
  }

  #seat(): void {
    clearImmediate(this.#soon);
    this.#soon = undefined;
    if (this.#loudest === undefined) return;
    const candidates = this.#publishers.keys();
    const { speech } = this.#options.speakers;
    const before = [this.#stage, this.#ahead] as const;
    this.#stage = seat(this.#stage, { candidates, speech, loudest: this.#loudest, now: performance.now() });
    // One more, since the first of them may be forwarded.
    this.#ahead = [...new Set([...this.#unmuted, ...this.#stage.next])].slice(0, AHEAD + 1);
    clearTimeout(this.#timer);
    if (this.#stage.waits) this.#timer = setTimeout(() => this.#seat(), LEVEL_INTERVAL_MS);
    if (isSame(before, [this.#stage, this.#ahead])) return;
    for (const session of this.#forwarded.keys()) this.#forward(session);
  }

  /** A session that has had everybody so far, or nobody. */
  #begin(session: S): void {
    const forwarded = this.#forwardedTo(session, []);
    this.#forwarded.set(session, forwarded);
    session.forward(forwarded);
  }

  #forward(session: S): void {
    const before = this.#forwarded.get(session);
    if (before === undefined) return;
    const forwarded = this.#forwardedTo(session, before.lines);
    this.#forwarded.set(session, forwarded);
    const lines = difference(before.lines, forwarded.lines);
    if (lines.length === 0 && difference(before.participants, forwarded.participants).length === 0) return;
    session.forward(forwarded);
    this.#show(session, lines);
  }

  #show(session: S, participants: Iterable<string>): void {
    for (const id of participants) {
      if (id === session.participantId) continue;
      for (const track of this.#publishers.get(id) ?? []) session.showTrack(track);
    }
  }

  #forwardedTo(session: S, before: Iterable<string>): Forwarded {
    const { participantId } = session;
    const pinned = [...session.pinnedTracks].flatMap((id) => this.#tracks.get(id)?.participantId ?? []);
    const participants = new Set([...forwardedTo(this.#stage, participantId), ...pinned]);
    participants.delete(participantId);
    const there = [...before].filter((id) => this.#publishers.has(id));
    const ahead = this.#ahead.filter((id) => id !== participantId);
    return { participants, lines: linesFor(there, participants, ahead, this.#loudest ?? 0) };
  }
}

/** Those that are in one of two sets. */
function difference(a: ReadonlySet<string>, b: ReadonlySet<string>): string[] {
  return [...[...a].filter((id) => !b.has(id)), ...[...b].filter((id) => !a.has(id))];
}

type Seated = readonly [stage: Stage, ahead: readonly string[]];

function isSame(a: Seated, b: Seated): boolean {
  const [one, other] = [a, b].map(([{ seats, next }, ahead]) => [
    ...seats.map(({ participantId }) => participantId),
    // Not a name.
    ' ',
    next[0],
    ' ',
    ...ahead,
  ]);
  return one?.join('\n') === other?.join('\n');
}
