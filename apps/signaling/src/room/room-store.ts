import type { LoggedEvent } from '@parley/room/effects';
import { migrate } from '@parley/room/migrate';
import type { RoomState } from '@parley/room/state';
import { EventLog } from './event-log.ts';

/** Who else keeps something in a room's storage. */
interface Others {
  /** Whether they need nothing of it any more once the room is closed. */
  readonly isDone: boolean;
  /** Called when the storage was emptied. */
  forget?(): void;
}

/** What a room keeps in its object's storage: its state, and the latest durable events. */
export class RoomStore {
  readonly log: EventLog;
  readonly #storage: DurableObjectStorage;
  readonly #others: readonly Others[];
  /** The state as it is stored: it is not written again unchanged. */
  #stored: string | undefined;

  constructor(storage: DurableObjectStorage, others: readonly Others[]) {
    this.#storage = storage;
    this.#others = others;
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

  /** Forgets the room, in one go with what was written just before; empties the storage if nobody else needs it. */
  async clear(): Promise<void> {
    this.#stored = undefined;
    if (!this.#others.every(({ isDone }) => isDone)) {
      this.log.drop();
      await this.#storage.delete('state');
      return;
    }
    const emptied = this.#storage.deleteAll();
    this.log.forget();
    for (const other of this.#others) other.forget?.();
    await emptied;
  }
}
