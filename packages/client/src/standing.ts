import type { Grants } from '@parley/protocol/grants';
import type { LobbyGuest } from '@parley/protocol/moderation';
import type { Joined } from '@parley/protocol/server-messages';
import type { CallEvents } from './call-events.ts';
import type { RoomMessage } from './signaling.ts';

/** The room's settings. Never changed, only replaced. */
export type RoomSettings = Readonly<Joined['room']>;

type StandingEvent = 'grants-changed' | 'room-updated' | 'lobby' | 'moderated';
/** What changes where one stands. */
export type StandingMessage = Extract<RoomMessage, { type: StandingEvent }>;

type Emit = <Name extends StandingEvent>(name: Name, event: CallEvents[Name]) => void;

/** Where one stands in the room: what one may do, how it is set, and who waits to be let in. */
export class Standing {
  readonly #emit: Emit;
  #grants: Grants;
  #room: RoomSettings;
  #lobby: readonly LobbyGuest[];

  constructor({ grants, room, lobby = [] }: Joined, emit: Emit) {
    this.#emit = emit;
    this.#grants = grants;
    this.#room = room;
    this.#lobby = lobby;
  }

  get grants(): Grants {
    return this.#grants;
  }

  get room(): RoomSettings {
    return this.#room;
  }

  get lobby(): readonly LobbyGuest[] {
    return this.#lobby;
  }

  /** All there is to know, after a time in which something may have been missed. */
  replace({ grants, room, lobby = [] }: Joined): void {
    this.#changeGrants(grants);
    this.#changeRoom(room);
    this.#changeLobby(lobby);
  }

  apply(message: StandingMessage): void {
    switch (message.type) {
      case 'grants-changed':
        this.#changeGrants(message.grants);
        if (!message.grants.moderate) this.#changeLobby([]);
        return;
      case 'room-updated': {
        const { type: _, roomId: __, seq: ___, ...change } = message;
        this.#changeRoom({ ...this.#room, ...change });
        return;
      }
      case 'lobby':
        this.#changeLobby(message.waiting);
        return;
      case 'moderated': {
        const { type, by, request, at } = message;
        this.#emit(type, { by, request, at });
        return;
      }
      default:
        message satisfies never;
    }
  }

  #changeGrants(grants: Grants): void {
    if (JSON.stringify(grants) === JSON.stringify(this.#grants)) return;
    this.#grants = grants;
    this.#emit('grants-changed', grants);
  }

  #changeRoom(room: RoomSettings): void {
    if (JSON.stringify(room) === JSON.stringify(this.#room)) return;
    this.#room = room;
    this.#emit('room-updated', room);
  }

  #changeLobby(lobby: readonly LobbyGuest[]): void {
    if (lobby.length === 0 && this.#lobby.length === 0) return;
    this.#lobby = lobby;
    this.#emit('lobby', lobby);
  }
}
