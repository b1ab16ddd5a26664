import { assertNever } from './assert-never.ts';
import type { CallEvents } from './call-events.ts';
import { applyToRoster, type Roster, type RosterMessage } from './roster.ts';

type RosterEvent = 'participants-changed' | RosterMessage['type'];

/** Hears what happens in a {@link LiveRoster}. */
export interface LiveRosterListener {
  event<Name extends RosterEvent>(name: Name, event: CallEvents[Name]): void;
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

  apply(message: RosterMessage): void {
    const before = this.#all;
    this.#all = applyToRoster(before, message);
    if (this.#all === before) return;
    this.#tell(message, before);
    this.#listener.event('participants-changed', this.#all);
  }

  #tell(message: RosterMessage, before: Roster): void {
    const { event, trackEnded } = this.#listener;
    switch (message.type) {
      case 'participant-joined': {
        const participant = this.#all.get(message.participant.participantId);
        if (participant) event(message.type, participant);
        return;
      }
      case 'participant-left': {
        const participant = before.get(message.participantId);
        if (participant === undefined) return;
        for (const { trackId } of participant.tracks) trackEnded(trackId);
        event(message.type, { participant, reason: message.reason });
        return;
      }
      case 'track-published': {
        const { type, participantId, track } = message;
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
