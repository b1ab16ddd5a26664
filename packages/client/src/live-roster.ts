import type { Participant } from '@parley/protocol/track';
import { assertNever } from './assert-never.ts';
import type { CallEvents } from './call-events.ts';
import {
  applyToRoster,
  missedMessages,
  type RoomParticipant,
  type RoomTrack,
  type Roster,
  type RosterMessage,
} from './roster.ts';

type RosterEvent = 'participants-changed' | RosterMessage['type'];

/** Hears what happens in a {@link LiveRoster}. */
export interface LiveRosterListener {
  event<Name extends RosterEvent>(name: Name, event: CallEvents[Name]): void;
  /** Somebody publishes a track, or is there with it. */
  published(participantId: string, track: RoomTrack): void;
  /** Somebody has left. */
  left(participantId: string): void;
  /** A track is over, before anybody hears why. */
  trackEnded(trackId: string): void;
}

/** The roster of a call: takes the server's messages and tells what is new in them. */
export class LiveRoster {
  readonly #listener: LiveRosterListener;
  #all: Roster;

  constructor(all: Roster, listener: LiveRosterListener) {
    this.#all = all;
    this.#listener = listener;
  }

  /** Everybody. Another map after every `participants-changed`. */
  get all(): Roster {
    return this.#all;
  }

  /** Oneself. */
  get self(): RoomParticipant {
    const [self] = this.#all.values();
    if (self === undefined) throw new Error('A roster begins with oneself');
    return self;
  }

  apply(message: RosterMessage): void {
    const before = this.#all;
    this.#all = applyToRoster(before, message);
    if (this.#all === before) return;
    this.#tell(message, before);
    this.#listener.event('participants-changed', this.#all);
  }

  /** What there is now, after a time in which events may have been missed: tells the differences. */
  replace(others: readonly Participant[]): void {
    for (const message of missedMessages(this.#all, others)) this.apply(message);
  }

  /** One's own tracks are gone with their media session. */
  endOwnTracks(): void {
    const { participantId, tracks } = this.self;
    for (const { trackId } of tracks) this.apply({ type: 'track-unpublished', participantId, trackId });
  }

  /** One is somebody else for the server now. */
  rename(participantId: string): void {
    this.endOwnTracks();
    const others = [...this.#all].filter(([, { isSelf }]) => !isSelf);
    this.#all = new Map([[participantId, { ...this.self, participantId }], ...others]);
    this.#listener.event('participants-changed', this.#all);
  }

  #tell(message: RosterMessage, before: Roster): void {
    const { event, published, left, trackEnded } = this.#listener;
    switch (message.type) {
      case 'participant-joined': {
        const participant = this.#all.get(message.participant.participantId);
        if (participant === undefined) return;
        for (const track of participant.tracks) published(participant.participantId, track);
        event(message.type, participant);
        return;
      }
      case 'participant-left': {
        const participant = before.get(message.participantId);
        if (participant === undefined) return;
        for (const { trackId } of participant.tracks) trackEnded(trackId);
        left(participant.participantId);
        event(message.type, { participant, reason: message.reason });
        return;
      }
      case 'participant-renamed': {
        const { type, participantId, name } = message;
        event(type, { participantId, name });
        return;
      }
      case 'moderator-changed': {
        const { type, participantId, moderator } = message;
        event(type, { participantId, moderator });
        return;
      }
      case 'track-published': {
        const { type, participantId, track } = message;
        published(participantId, track);
        event(type, { participantId, track });
        return;
      }
      case 'track-unpublished': {
        const { type, participantId, trackId } = message;
        trackEnded(trackId);
        event(type, { participantId, trackId });
        return;
      }
      case 'track-muted': {
        const { type, participantId, trackId, muted } = message;
        event(type, { participantId, trackId, muted });
        return;
      }
      default:
        assertNever(message);
    }
  }
}
