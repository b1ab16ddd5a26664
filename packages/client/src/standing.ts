import type { Grants } from '@parley/protocol/grants';
import type { LobbyGuest } from '@parley/protocol/moderation';
import type { ActiveRecording, Joined } from '@parley/protocol/server-messages';
import type { CallEvents } from './call-events.ts';
import type { RoomMessage } from './signaling.ts';

/** The room's settings. Never changed, only replaced. */
export type RoomSettings = Readonly<Joined['room']>;

type StandingEvent = 'grants-changed' | 'room-updated' | 'lobby' | 'moderated' | 'recording-changed';
/** What changes where one stands. */
export type StandingMessage = Extract<
  RoomMessage,
  { type: StandingEvent | 'recording-started' | 'recording-stopped' }
>;

type Emit = <Name extends StandingEvent>(name: Name, event: CallEvents[Name]) => void;

/** Where one stands in the room: what one may do, how it is set, and who waits to be let in. */
export class Standing {
  readonly #emit: Emit;
  #grants: Grants;
  #room: RoomSettings;
  #lobby: readonly LobbyGuest[];
  #recording: ActiveRecording | undefined;

  constructor({ grants, room, lobby = [], recording }: Joined, emit: Emit) {
    this.#emit = emit;
    this.#grants = grants;
    this.#room = room;
    this.#lobby = lobby;
    this.#recording = recording;
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

  /** Set while the room is recorded. */
  get recording(): ActiveRecording | undefined {
    return this.#recording;
  }

  /** All there is to know, after a time in which something may have been missed. */
  replace({ grants, room, lobby = [], recording }: Joined): void {
    this.#changeGrants(grants);
    this.#changeRoom(room);
    this.#changeLobby(lobby);
    this.#changeRecording(recording);
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
      case 'recording-started': {
        const { recordingId, startedAt } = message;
        return this.#changeRecording({ recordingId, startedAt });
      }
      case 'recording-stopped':
        return this.#changeRecording(undefined);
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

  #changeRecording(recording: ActiveRecording | undefined): void {
    if (recording?.recordingId === this.#recording?.recordingId) return;
    this.#recording = recording;
    this.#emit('recording-changed', recording);
  }

  #changeLobby(lobby: readonly LobbyGuest[]): void {
    if (lobby.length === 0 && this.#lobby.length === 0) return;
    this.#lobby = lobby;
    this.#emit('lobby', lobby);
  }
}
