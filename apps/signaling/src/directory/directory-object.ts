import { DurableObject } from 'cloudflare:workers';
import type { RoomSummary } from '@parley/protocol/rest';
import { TIMES } from '@parley/room/state';
import type { Environment } from '../environment.ts';

/** How many rooms and participants there are. */
export interface Counts {
  rooms: number;
  participants: number;
}

/** An entry that its room has not refreshed for this long is of a room that ended without a word. */
const FORGET_AFTER = 3 * TIMES.sweep;

/**
 * One shard of the list of rooms. The Room objects are the truth and report here, at each change and each sweep; lists
 * and counts trail them by a moment.
 */
export class DirectoryObject extends DurableObject<Environment> {
  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    ctx.storage.sql.exec(`CREATE TABLE IF NOT EXISTS entries (
      id TEXT PRIMARY KEY, participants INTEGER NOT NULL, created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL,
      summary TEXT NOT NULL
    ) WITHOUT ROWID`);
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
    this.ctx.storage.sql.exec('DELETE FROM entries WHERE seen_at < ?', Date.now() - FORGET_AFTER);
  }

  /** The shard's rooms, newest first. */
  list(limit: number): RoomSummary[] {
    return this.ctx.storage.sql
      .exec<{ summary: string }>(
        'SELECT summary FROM entries WHERE seen_at >= ? ORDER BY created_at DESC LIMIT ?',
        Date.now() - FORGET_AFTER,
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
}
