import type { DurableEvent } from '@parley/protocol/server-messages';
import type { LoggedEvent } from '@parley/room/effects';
import { LOG_LENGTH } from '@parley/room/state';
import { hasTable } from '../has-table.ts';

/** The latest durable events of a room, in the object's SQLite: what somebody who comes back has missed. */
export class EventLog {
  readonly #storage: DurableObjectStorage;
  #hasTable = false;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Adds events, and forgets those that nobody can ask for any more. Written together with what is written next. */
  append(events: readonly LoggedEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    const { sql } = this.#storage;
    if (!this.#exists()) {
      sql.exec('CREATE TABLE events (seq INTEGER PRIMARY KEY, except_id TEXT, event TEXT NOT NULL)');
      this.#hasTable = true;
    }
    for (const { event, except } of events) {
      const values = [event.seq, except ?? null, JSON.stringify(event)];
      sql.exec('INSERT OR REPLACE INTO events (seq, except_id, event) VALUES (?, ?, ?)', ...values);
    }
    sql.exec('DELETE FROM events WHERE seq <= ?', last.event.seq - LOG_LENGTH);
  }

  /** What a participant hears of the events after one and up to another, oldest first. */
  between(participantId: string, after: number, upTo: number, most = LOG_LENGTH): DurableEvent[] {
    // An object without a room stays empty.
    if (!this.#exists()) return [];
    return this.#storage.sql
      .exec<{ event: string }>(
        `SELECT event FROM events WHERE seq > ? AND seq <= ? AND (except_id IS NULL OR except_id <> ?) ORDER BY seq LIMIT ?`,
        after,
        upTo,
        participantId,
        most,
      )
      .toArray()
      .map((row) => JSON.parse(row.event) as DurableEvent);
  }

  /** Forgets all events. */
  drop(): void {
    this.#storage.sql.exec('DROP TABLE IF EXISTS events');
    this.#hasTable = false;
  }

  /** Call it when the storage was emptied, the table with it. */
  forget(): void {
    this.#hasTable = false;
  }

  #exists(): boolean {
    this.#hasTable ||= hasTable(this.#storage.sql, 'events');
    return this.#hasTable;
  }
}
