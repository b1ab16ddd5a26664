import { DurableObject } from 'cloudflare:workers';
import type { RoomSummary } from '@parley/protocol/rest';
import type { Environment } from '../environment.ts';

/** How many rooms and participants there are. */
export interface Counts {
  rooms: number;
  participants: number;
}

/** One shard of the list of rooms. The Room objects are the truth and report here; lists and counts trail them. */
export class DirectoryObject extends DurableObject<Environment> {
  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    ctx.storage.sql.exec(`CREATE TABLE IF NOT EXISTS rooms (
      id TEXT PRIMARY KEY, participants INTEGER NOT NULL, created_at INTEGER NOT NULL, summary TEXT NOT NULL
    ) WITHOUT ROWID`);
  }

  report(summary: RoomSummary): void {
    this.ctx.storage.sql.exec(
      'INSERT OR REPLACE INTO rooms (id, participants, created_at, summary) VALUES (?, ?, ?, ?)',
      summary.id,
      summary.participantCount,
      summary.createdAt,
      JSON.stringify(summary),
    );
  }

  remove(roomId: string): void {
    this.ctx.storage.sql.exec('DELETE FROM rooms WHERE id = ?', roomId);
  }

  /** The shard's rooms, newest first. */
  list(limit: number): RoomSummary[] {
    return this.ctx.storage.sql
      .exec<{ summary: string }>('SELECT summary FROM rooms ORDER BY created_at DESC LIMIT ?', limit)
      .toArray()
      .map((row) => JSON.parse(row.summary) as RoomSummary);
  }

  counts(): Counts {
    const { rooms, participants } = this.ctx.storage.sql
      .exec<{ rooms: number; participants: number }>(
        'SELECT COUNT(*) AS rooms, COALESCE(SUM(participants), 0) AS participants FROM rooms',
      )
      .one();
    return { rooms, participants };
  }
}
