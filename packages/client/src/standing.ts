import type { Grants } from '@parley/protocol/grants';
import type { LobbyGuest } from '@parley/protocol/moderation';
import type { ActiveRecording, Joined } from '@parley/protocol/server-messages';
import type { CallEvents } from './call-events.ts';
import type { RoomMessage } from './signaling.ts';

/** The room's settings. Never changed, only replaced. */
export type RoomSettings = Readonly<Joined['room']>;

/** What there is to know, by the event that tells of another. */
type Known = Pick<CallEvents, 'grants-changed' | 'room-updated' | 'lobby' | 'recording-changed'>;
type StandingEvent = keyof Known | 'moderated';
/** What changes where one stands. */
export type StandingMessage = Extract<
  RoomMessage,
  { type: StandingEvent | 'recording-started' | 'recording-stopped' }
>;

type Emit = <Name extends StandingEvent>(name: Name, event: CallEvents[Name]) => void;

/** Where one stands in the room: what one may do, how it is set, who waits to be let in, and whether it is recorded. */
export class Standing {
  readonly #emit: Emit;
  readonly #known: Known;

  constructor(joined: Joined, emit: Emit) {
    this.#emit = emit;
    this.#known = knownFrom(joined);
  }

  get grants(): Grants {
    return this.#known['grants-changed'];
  }

  get room(): RoomSettings {
    return this.#known['room-updated'];
  }

  get lobby(): readonly LobbyGuest[] {
    return this.#known.lobby;
  }

  get recording(): ActiveRecording | undefined {
    return this.#known['recording-changed'];
  }

  /** All there is to know, after a time in which something may have been missed. */
  replace(joined: Joined): void {
    const known = knownFrom(joined);
    for (const name in known) this.#change(name as keyof Known, known[name as keyof Known]);
  }

  apply(message: StandingMessage): void {
    switch (message.type) {
      case 'grants-changed':
        this.#change(message.type, message.grants);
        if (!message.grants.moderate) this.#change('lobby', []);
        return;
      case 'room-updated': {
        const { type, roomId: _, seq: __, ...change } = message;
        this.#change(type, { ...this.room, ...change });
        return;
      }
      case 'lobby':
        this.#change(message.type, message.waiting);
        return;
      case 'moderated': {
        const { type, by, request, at } = message;
        this.#emit(type, { by, request, at });
        return;
      }
      case 'recording-started': {
        const { recordingId, startedAt } = message;
        this.#change('recording-changed', { recordingId, startedAt });
        return;
      }
      case 'recording-stopped':
        this.#change('recording-changed', undefined);
        return;
      default:
        message satisfies never;
    }
  }

  #change<Name extends keyof Known>(name: Name, value: Known[Name] & CallEvents[Name]): void {
    if (JSON.stringify(value) === JSON.stringify(this.#known[name])) return;
    this.#known[name] = value;
    this.#emit(name, value);
  }
}

function knownFrom({ grants, room, lobby = [], recording }: Joined): Known {
  return { 'grants-changed': grants, 'room-updated': room, lobby, 'recording-changed': recording };
}
