import type { RecordedParticipant } from '@parley/protocol/recording/recorder-link';
import type { RecordingGap } from '@parley/protocol/rest';
import type { Job } from '@parley/recording/job';
import type { Entry, Manifest } from '@parley/recording/manifest';
import { manifestOf } from '@parley/recording/manifest';
import { hasTable } from '../has-table.ts';

/** What a recording shows of what was recorded, as it was when it was finished last. */
export interface Shown {
  participants: RecordedParticipant[];
  gaps: RecordingGap[];
}

type Row = { kind: Entry['kind']; key: string; value: string };

/**
 * What is known of a recording, in its object's SQLite: a few facts, and what recorders reported, a row an entry. Every method is
 * synchronous, so that what it writes is stored together with whatever else is written in the same go.
 */
export class RecordingStore {
  readonly #storage: DurableObjectStorage;
  #job: Job | undefined;
  #hasTable = false;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#job = storage.kv.get<Job>('job');
  }

  /** Undefined where nothing was ever recorded under this id, or that is forgotten. */
  get job(): Job | undefined {
    return this.#job;
  }

  set job(job: Job) {
    this.#storage.kv.put('job', job);
    this.#job = job;
  }

  get shown(): Shown | undefined {
    return this.#storage.kv.get<Shown>('shown');
  }

  set shown(shown: Shown) {
    this.#storage.kv.put('shown', shown);
  }

  /** Keeps entries. @returns whether one of them says what was not known */
  add(entries: readonly Entry[]): boolean {
    if (entries.length === 0) return false;
    this.#create();
    const { sql } = this.#storage;
    const bytes = this.bytes;
    let isNew = false;
    for (const { kind, key, value } of entries) {
      const text = JSON.stringify(value);
      const [known] = sql.exec<{ value: string }>('SELECT value FROM manifest WHERE key = ?', key).toArray();
      if (known?.value === text) continue;
      isNew = true;
      sql.exec('INSERT OR REPLACE INTO manifest (key, kind, value) VALUES (?, ?, ?)', key, kind, text);
      if (kind !== 'segment') continue;
      const before = known === undefined ? 0 : (JSON.parse(known.value) as typeof value).bytes;
      bytes[value.epoch] = (bytes[value.epoch] ?? 0) + value.bytes - before;
    }
    if (isNew) this.#storage.kv.put('bytes', bytes);
    return isNew;
  }

  /** What recorders reported, of some kinds. */
  manifest(kinds: readonly Entry['kind'][]): Manifest {
    if (!this.#exists()) return manifestOf([]);
    const marks = kinds.map(() => '?').join(', ');
    const rows = this.#storage.sql.exec<Row>(
      `SELECT kind, key, value FROM manifest WHERE kind IN (${marks})`,
      ...kinds,
    );
    return manifestOf(entriesOf(rows));
  }

  /** Bytes of all segments, by epoch; empty where nothing was recorded. */
  get bytes(): Record<number, number> {
    return this.#storage.kv.get<Record<number, number>>('bytes') ?? {};
  }

  /** Forgets what was recorded; the job stays. */
  dropMedia(): void {
    this.#storage.sql.exec('DROP TABLE IF EXISTS manifest');
    this.#storage.kv.delete('shown');
    this.#storage.kv.delete('bytes');
    this.#hasTable = false;
  }

  /** Call it when the storage was emptied. */
  forget(): void {
    this.#job = undefined;
    this.#hasTable = false;
  }

  #create(): void {
    if (this.#exists()) return;
    this.#storage.sql.exec(`CREATE TABLE manifest (
      key TEXT PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL
    ) WITHOUT ROWID`);
    this.#hasTable = true;
  }

  #exists(): boolean {
    this.#hasTable ||= hasTable(this.#storage.sql, 'manifest');
    return this.#hasTable;
  }
}

function* entriesOf(rows: Iterable<Row>): Iterable<Entry> {
  // What was stored was checked when it came.
  for (const { kind, key, value } of rows) yield { kind, key, value: JSON.parse(value) } as Entry;
}
