import type { ClientReport } from '@parley/protocol/client-messages';
import type { SessionReport } from '@parley/protocol/link-messages';
import type { CallParticipant } from '@parley/protocol/webhook';
import { TIMES } from '@parley/room/state';
import { hasTable } from '../has-table.ts';
import { mergeReports } from './merge-reports.ts';
import type { Happening } from './room-happenings.ts';

/** How many participants a call's report has at the most: the last that left. */
export const MAX_REPORTED = 1000;
/** A call is over when the room has been empty for this long: the node has been given back by then, and has said all. */
const EMPTY_MS = TIMES.release;
/** When the room was closed nobody comes back, and only what nodes have to say of it is waited for. */
const CLOSED_MS = 5_000;

type Who = Pick<CallParticipant, 'participantId' | 'name' | 'identity'>;

/** The call that is on, or was a moment ago. */
interface Call {
  startedAt: number;
  endedAt?: number;
  /** When it is over, unless somebody comes. */
  sealAt?: number;
  /** Participants that were more than can be kept. */
  omitted: number;
}

/** What is known of one stay. */
interface Entry {
  who: Who;
  joinedAt: number;
  leftAt?: number;
  reason?: CallParticipant['reason'];
  /** From joining to media that is connected, as the Room saw it, ms. */
  mediaMs?: number;
  client?: ClientReport;
  node?: SessionReport;
}

/**
 * Who took part in the room's call, and how it was for them: kept in the object's SQLite until the call is over. Every
 * method is synchronous, so that what it writes is stored together with whatever else is written in the same go.
 */
export class CallLedger {
  readonly #storage: DurableObjectStorage;
  #hasTable = false;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** When the call is to be sealed; undefined when none is on, or somebody is in it. */
  get sealAt(): number | undefined {
    return this.#call()?.sealAt;
  }

  get isEmpty(): boolean {
    return this.#call() === undefined;
  }

  /** Who is in the call. */
  get present(): Who[] {
    return this.#all().flatMap(({ who, leftAt }) => (leftAt === undefined ? [who] : []));
  }

  joined(who: Who, now: number): void {
    this.#create();
    const call = this.#call() ?? { startedAt: now, omitted: 0 };
    const full = this.#count() >= MAX_REPORTED;
    if (full) {
      this.#storage.sql.exec(
        `DELETE FROM call_participants WHERE participant_id IN
           (SELECT participant_id FROM call_participants ORDER BY left_at IS NULL, left_at, joined_at LIMIT 1)`,
      );
    }
    const { startedAt, omitted } = call;
    this.#storage.kv.put('call', { startedAt, omitted: omitted + (full ? 1 : 0) } satisfies Call);
    this.#put({ who, joinedAt: now });
  }

  left(who: Who, reason: CallParticipant['reason'], now: number): void {
    this.#change(who.participantId, (entry) => ({ ...entry, who, leftAt: now, reason }));
    const call = this.#call();
    if (call !== undefined) this.#storage.kv.put('call', { ...call, endedAt: now } satisfies Call);
  }

  /** Nobody is in the room. @param closed whether nobody will be */
  emptied(closed: boolean, now: number): void {
    const call = this.#call();
    if (call === undefined || (call.sealAt !== undefined && !closed)) return;
    const sealAt = now + (closed ? CLOSED_MS : EMPTY_MS);
    this.#storage.kv.put('call', { ...call, sealAt: Math.min(sealAt, call.sealAt ?? sealAt) } satisfies Call);
  }

  /** Somebody's media is connected. */
  connected(participantId: string, now: number): void {
    this.#change(participantId, (entry) =>
      entry.mediaMs === undefined ? { ...entry, mediaMs: now - entry.joinedAt } : entry,
    );
  }

  clientReported(participantId: string, client: ClientReport): void {
    this.#change(participantId, (entry) => ({ ...entry, client }));
  }

  /** A session of somebody's has ended on its node. */
  sessionReported(participantId: string, report: SessionReport): void {
    this.#change(participantId, (entry) => ({
      ...entry,
      node: entry.node === undefined ? report : mergeReports(entry.node, report),
    }));
  }

  /** The call is over: what there is to tell of it, which is forgotten. */
  seal(now: number): Extract<Happening, { event: 'call-report' }> | undefined {
    const call = this.#call();
    if (call === undefined) return undefined;
    const { startedAt, endedAt = now, omitted } = call;
    const participants = this.#all().map((entry) => described(entry, endedAt));
    this.#storage.kv.delete('call');
    this.#storage.sql.exec('DELETE FROM call_participants');
    return { event: 'call-report', startedAt, endedAt, participants, omitted };
  }

  /** Call it when the storage was emptied, the table with it. */
  forget(): void {
    this.#hasTable = false;
  }

  #call(): Call | undefined {
    return this.#storage.kv.get<Call>('call');
  }

  #all(): Entry[] {
    if (!this.#exists()) return [];
    return this.#storage.sql
      .exec<{ entry: string }>('SELECT entry FROM call_participants ORDER BY joined_at, rowid')
      .toArray()
      .map(({ entry }) => JSON.parse(entry) as Entry);
  }

  #count(): number {
    return this.#storage.sql.exec<{ n: number }>('SELECT COUNT(*) AS n FROM call_participants').one().n;
  }

  #put(entry: Entry): void {
    const values = [entry.who.participantId, entry.joinedAt, entry.leftAt ?? null, JSON.stringify(entry)];
    this.#storage.sql.exec(
      `INSERT INTO call_participants (participant_id, joined_at, left_at, entry) VALUES (?, ?, ?, ?)
         ON CONFLICT (participant_id) DO UPDATE SET left_at = excluded.left_at, entry = excluded.entry`,
      ...values,
    );
  }

  /** Changes what is known of somebody; nothing where nothing is. */
  #change(participantId: string, how: (entry: Entry) => Entry): void {
    if (!this.#exists()) return;
    const [row] = this.#storage.sql
      .exec<{ entry: string }>('SELECT entry FROM call_participants WHERE participant_id = ?', participantId)
      .toArray();
    if (row === undefined) return;
    const entry = JSON.parse(row.entry) as Entry;
    const changed = how(entry);
    if (changed !== entry) this.#put(changed);
  }

  #create(): void {
    if (this.#exists()) return;
    this.#storage.sql.exec(
      'CREATE TABLE call_participants (participant_id TEXT PRIMARY KEY, joined_at INTEGER NOT NULL, left_at INTEGER, entry TEXT NOT NULL)',
    );
    this.#hasTable = true;
  }

  #exists(): boolean {
    this.#hasTable ||= hasTable(this.#storage.sql, 'call_participants');
    return this.#hasTable;
  }
}

function described(
  { who, joinedAt, leftAt, reason, mediaMs, client, node }: Entry,
  end: number,
): CallParticipant {
  const { joinMs = mediaMs, ...experience } = client ?? {};
  return {
    ...who,
    joinedAt,
    leftAt: leftAt ?? end,
    reason: reason ?? 'room-closed',
    ...(joinMs !== undefined && { joinMs }),
    ...experience,
    ...(node !== undefined && traffic(node)),
  };
}

/** From the participant's side: what reached the node is what it sent. */
function traffic(node: SessionReport): Partial<CallParticipant> {
  const { connectedMs, bytesReceived, bytesSent, lossReceived, lossSent, roundTripTimeMs } = node;
  const bitrate = (bytes: number) => (connectedMs === 0 ? 0 : Math.round((bytes * 8000) / connectedMs));
  return {
    connectedMs,
    sent: { bitrate: bitrate(bytesReceived), ...(lossReceived !== undefined && { loss: lossReceived }) },
    received: { bitrate: bitrate(bytesSent), ...(lossSent !== undefined && { loss: lossSent }) },
    ...(roundTripTimeMs !== undefined && { roundTripTimeMs }),
  };
}
