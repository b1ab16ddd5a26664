import { DurableObject } from 'cloudflare:workers';
import type { RecordingSummary, RoomSummary } from '@parley/protocol/rest';
import { TIMES } from '@parley/room/state';
import type { Environment } from '../environment.ts';

/** How many rooms and participants there are. */
export interface Counts {
  rooms: number;
  participants: number;
}

/** Which rooms, and how many. */
export interface ListQuery {
  limit: number;
  /** Only rooms behind this one. */
  before?: Position | undefined;
  prefix?: string | undefined;
  /** In any case, of ASCII. */
  name?: string | undefined;
  /** Whether somebody is in it. */
  active?: boolean | undefined;
}

/** A place in the list. */
export interface Position {
  createdAt: number;
  id: string;
}

/** Which recordings. */
export interface RecordingQuery {
  limit: number;
  /** Only of this room. */
  roomId?: string | undefined;
  /** Only recordings behind this one. */
  before?: Position | undefined;
}

/** An entry that its room has not refreshed for this long is of a room that ended without a word. */
const FORGET_AFTER = 3 * TIMES.sweep;

/**
 * One shard of the lists of rooms and recordings, the latter by their rooms. The Room objects are the truth and report here, at
 * each change and each sweep; lists and counts trail them by a moment. Recordings report until they are heard, and stay until they
 * are deleted.
 */
export class DirectoryObject extends DurableObject<Environment> {
  #tidiedAt = 0;

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    ctx.storage.sql.exec(`CREATE TABLE IF NOT EXISTS entries (
      id TEXT PRIMARY KEY, participants INTEGER NOT NULL, created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL,
      summary TEXT NOT NULL
    ) WITHOUT ROWID`);
    ctx.storage.sql.exec(`CREATE TABLE IF NOT EXISTS recordings (
      id TEXT PRIMARY KEY, room_id TEXT NOT NULL, started_at INTEGER NOT NULL, summary TEXT NOT NULL
    ) WITHOUT ROWID`);
    ctx.storage.sql.exec(
      'CREATE INDEX IF NOT EXISTS recordings_of_room ON recordings (room_id, started_at, id)',
    );
    ctx.storage.sql.exec('CREATE INDEX IF NOT EXISTS recordings_by_time ON recordings (started_at, id)');
  }

  report(summary: RoomSummary): void {
    this.ctx.storage.sql.exec(
      'INSERT OR REPLACE INTO entries (id, participants, created_at, seen_at, summary) VALUES (?, ?, ?, ?, ?)',
      summary.id,
      summary.participantCount,
      summary.createdAt,
      Date.now(),
      JSON.stringify(summary),
    );
  }

  remove(roomId: string): void {
    this.ctx.storage.sql.exec('DELETE FROM entries WHERE id = ?', roomId);
    const now = Date.now();
    // It looks at every entry, which is billed: lists leave out what is old anyway.
    if (now < this.#tidiedAt + TIMES.sweep) return;
    this.#tidiedAt = now;
    this.ctx.storage.sql.exec('DELETE FROM entries WHERE seen_at < ?', now - FORGET_AFTER);
  }

  /** The shard's rooms that match, newest first, those of one time by id. */
  list({ limit, before, prefix, name, active }: ListQuery): RoomSummary[] {
    const conditions = ['seen_at >= ?'];
    const values: (string | number)[] = [Date.now() - FORGET_AFTER];
    const where = (condition: string, ...bound: (string | number)[]) => {
      conditions.push(condition);
      values.push(...bound);
    };
    if (before !== undefined) where('(created_at, id) < (?, ?)', before.createdAt, before.id);
    if (prefix !== undefined) where('substr(id, 1, length(?)) = ?', prefix, prefix);
    if (name !== undefined) where(`instr(lower(json_extract(summary, '$.name')), lower(?)) > 0`, name);
    if (active !== undefined) where(active ? 'participants > 0' : 'participants = 0');
    return this.ctx.storage.sql
      .exec<{ summary: string }>(
        `SELECT summary FROM entries WHERE ${conditions.join(' AND ')} ORDER BY created_at DESC, id DESC LIMIT ?`,
        ...values,
        limit,
      )
      .toArray()
      .map((row) => JSON.parse(row.summary) as RoomSummary);
  }

  counts(): Counts {
    const { rooms, participants } = this.ctx.storage.sql
      .exec<{ rooms: number; participants: number }>(
        'SELECT COUNT(*) AS rooms, COALESCE(SUM(participants), 0) AS participants FROM entries WHERE seen_at >= ?',
        Date.now() - FORGET_AFTER,
      )
      .one();
    return { rooms, participants };
  }

  reportRecording(summary: RecordingSummary): void {
    const { id, roomId, startedAt } = summary;
    this.ctx.storage.sql.exec(
      'INSERT OR REPLACE INTO recordings (id, room_id, started_at, summary) VALUES (?, ?, ?, ?)',
      ...[id, roomId, startedAt, JSON.stringify(summary)],
    );
  }

  removeRecording(recordingId: string): void {
    this.ctx.storage.sql.exec('DELETE FROM recordings WHERE id = ?', recordingId);
  }

  /** The shard's recordings that match, newest first, those of one time by id. */
  listRecordings({ limit, roomId, before }: RecordingQuery): RecordingSummary[] {
    const conditions = ['TRUE'];
    const values: (string | number)[] = [];
    if (roomId !== undefined) {
      conditions.push('room_id = ?');
      values.push(roomId);
    }
    if (before !== undefined) {
      conditions.push('(started_at, id) < (?, ?)');
      values.push(before.createdAt, before.id);
    }
    return this.ctx.storage.sql
      .exec<{ summary: string }>(
        `SELECT summary FROM recordings WHERE ${conditions.join(' AND ')} ORDER BY started_at DESC, id DESC LIMIT ?`,
        ...values,
        limit,
      )
      .toArray()
      .map((row) => JSON.parse(row.summary) as RecordingSummary);
  }
}
