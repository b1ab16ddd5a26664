import type { LoggedEvent } from '@parley/room/effects';
import { migrate } from '@parley/room/migrate';
import type { RoomState } from '@parley/room/state';
import { EventLog } from './event-log.ts';

/** What a room keeps in its object's storage: its state, and the latest durable events. */
export class RoomStore {
  readonly log: EventLog;
  readonly #storage: DurableObjectStorage;
  /** The state as it is stored: it is not written again unchanged. */
  #stored: string | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.log = new EventLog(storage);
  }

  /** The room as it was; undefined when there is none. Without `state` it is of a build that this one does not know. */
  async load(): Promise<{ roomId: string; state: RoomState | undefined } | undefined> {
    this.#stored = await this.#storage.get<string>('state');
    if (this.#stored === undefined) return undefined;
    const stored = JSON.parse(this.#stored) as RoomState;
    return { roomId: stored.roomId, state: migrate(stored) };
  }

  /** Writes state and events in one go; nothing that is sent after the call leaves before they are stored. */
  async save(state: RoomState, events: readonly LoggedEvent[]): Promise<void> {
    this.log.append(events);
    const text = JSON.stringify(state);
    if (text === this.#stored) return;
    this.#stored = text;
    await this.#storage.put('state', text);
  }

  /** Empties the object's storage. */
  async clear(): Promise<void> {
    this.#stored = undefined;
    await this.#storage.deleteAll();
    this.log.forget();
  }
}
