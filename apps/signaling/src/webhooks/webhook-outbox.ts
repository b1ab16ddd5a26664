import type { WebhookEvent } from '@parley/protocol/webhook';
import { hasTable } from '../has-table.ts';
import { log } from '../log.ts';
import { retryDelay } from './retry-delay.ts';

/** How many events wait for a URL at the most, and for how long, ms; beyond that the oldest are given up. */
export const MAX_WAITING_EVENTS = 10_000;
export const MAX_EVENT_AGE = 24 * 60 * 60_000;

/** The next event for a URL. */
export interface Delivery {
  /** Where it stands in the outbox. */
  n: number;
  roomId: string;
  id: string;
  /** JSON, with how many were given up before it. */
  body: string;
  dropped: number;
}

interface UrlRow extends Record<string, SqlStorageValue> {
  url: string;
  /** The last event that was delivered or given up. */
  cursor: number;
  /** How many were given up since the last delivery. */
  dropped: number;
  attempts: number;
  retry_at: number;
}

/**
 * A room's events that have yet to reach somebody, in its object's SQLite: each once, and for each URL how far it has come.
 * Every method is synchronous, so that what it writes is stored together with whatever else is written in the same go.
 */
export class WebhookOutbox {
  readonly #sql: SqlStorage;
  readonly #urls: readonly string[];
  #hasTables = false;

  constructor(sql: SqlStorage, urls: readonly string[]) {
    this.#sql = sql;
    this.#urls = urls;
  }

  /** @param now milliseconds since the epoch */
  add(event: WebhookEvent, now: number): void {
    this.#create();
    const n = this.#last() + 1;
    const row = [n, now, event.roomId, event.id, JSON.stringify(event)];
    this.#sql.exec('INSERT INTO webhook_events (n, at, room_id, id, event) VALUES (?, ?, ?, ?, ?)', ...row);
    this.#sql.exec('UPDATE webhook_last SET n = ?', n);
    for (const url of this.#urls) this.#giveUpBefore(url, n - MAX_WAITING_EVENTS);
  }

  /** What a URL gets next; undefined when there is nothing, or it is to be left alone for now. */
  next(url: string, now: number): Delivery | undefined {
    if (!this.#exists()) return undefined;
    const { retry_at } = this.#row(url);
    if (retry_at > now) return undefined;
    this.#giveUpOld(url, now);
    const { cursor, dropped } = this.#row(url);
    const [row] = this.#sql
      .exec<{ n: number; room_id: string; id: string; event: string }>(
        'SELECT n, room_id, id, event FROM webhook_events WHERE n > ? ORDER BY n LIMIT 1',
        cursor,
      )
      .toArray();
    if (row === undefined) return undefined;
    const body = dropped === 0 ? row.event : JSON.stringify({ ...JSON.parse(row.event), dropped });
    return { n: row.n, roomId: row.room_id, id: row.id, body, dropped };
  }

  /** A URL has taken what {@link next} gave. */
  delivered(url: string, { n, dropped }: Delivery): void {
    const row = this.#row(url);
    // It may have been given up while it was on its way, and more with it.
    const late = n <= row.cursor ? 1 : 0;
    this.#move(url, Math.max(row.cursor, n), Math.max(0, row.dropped - dropped - late));
  }

  /** A URL wants no more of it. */
  refused(url: string, { n }: Delivery): void {
    this.#giveUpBefore(url, n);
  }

  /** A URL is to be tried again later. @returns how many attempts have failed in a row */
  failed(url: string, now: number): number {
    const attempts = this.#row(url).attempts + 1;
    const at = now + retryDelay(attempts, Math.random());
    this.#sql.exec('UPDATE webhook_urls SET attempts = ?, retry_at = ? WHERE url = ?', attempts, at, url);
    return attempts;
  }

  /** When a URL may be tried, milliseconds since the epoch; undefined when nothing waits for it. */
  dueAt(url: string): number | undefined {
    if (!this.#exists()) return undefined;
    const { cursor, retry_at } = this.#row(url);
    return cursor < this.#last() ? retry_at : undefined;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#urls.every((url) => this.dueAt(url) === undefined);
  }

  /** Call it when the storage was emptied, the tables with it. */
  forget(): void {
    this.#hasTables = false;
  }

  #giveUpOld(url: string, now: number): void {
    const { cursor } = this.#row(url);
    const [young] = this.#sql
      .exec<{ n: number }>(
        'SELECT n FROM webhook_events WHERE n > ? AND at >= ? ORDER BY n LIMIT 1',
        cursor,
        now - MAX_EVENT_AGE,
      )
      .toArray();
    this.#giveUpBefore(url, (young?.n ?? this.#last() + 1) - 1);
  }

  /** Gives up what waits for a URL, up to and with one event. */
  #giveUpBefore(url: string, n: number): void {
    const row = this.#row(url);
    const lost = n - row.cursor;
    if (lost <= 0) return;
    // Each that comes pushes one out: a line for the first is enough until something is delivered again.
    if (row.dropped === 0) {
      log.warn('webhook events dropped', { receiver: new URL(url).host, dropped: lost, upTo: n });
    }
    this.#move(url, n, row.dropped + lost, row);
  }

  #move(
    url: string,
    cursor: number,
    dropped: number,
    { attempts, retry_at } = { attempts: 0, retry_at: 0 },
  ): void {
    const values = [cursor, dropped, attempts, retry_at, url];
    this.#sql.exec(
      'UPDATE webhook_urls SET cursor = ?, dropped = ?, attempts = ?, retry_at = ? WHERE url = ?',
      ...values,
    );
    this.#sql.exec('DELETE FROM webhook_events WHERE n <= (SELECT MIN(cursor) FROM webhook_urls)');
  }

  #last(): number {
    return this.#sql.exec<{ n: number }>('SELECT n FROM webhook_last').one().n;
  }

  #row(url: string): UrlRow {
    return this.#sql.exec<UrlRow>('SELECT * FROM webhook_urls WHERE url = ?', url).one();
  }

  #create(): void {
    if (this.#exists()) return;
    this.#sql.exec(
      `CREATE TABLE webhook_events
         (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, room_id TEXT NOT NULL, id TEXT NOT NULL, event TEXT NOT NULL)`,
    );
    this.#sql.exec(
      `CREATE TABLE webhook_urls
         (url TEXT PRIMARY KEY, cursor INTEGER NOT NULL, dropped INTEGER NOT NULL, attempts INTEGER NOT NULL, retry_at INTEGER NOT NULL)`,
    );
    this.#sql.exec('CREATE TABLE webhook_last (n INTEGER NOT NULL)');
    this.#sql.exec('INSERT INTO webhook_last (n) VALUES (0)');
    this.#hasTables = true;
    this.#agree();
  }

  #exists(): boolean {
    if (this.#hasTables) return true;
    this.#hasTables = hasTable(this.#sql, 'webhook_last');
    if (this.#hasTables) this.#agree();
    return this.#hasTables;
  }

  /** The configuration may have other URLs than when the object was last in memory: new ones get what comes from now on. */
  #agree(): void {
    const known = this.#sql.exec<UrlRow>('SELECT * FROM webhook_urls').toArray();
    for (const { url } of known) {
      if (!this.#urls.includes(url)) this.#sql.exec('DELETE FROM webhook_urls WHERE url = ?', url);
    }
    for (const url of this.#urls) {
      if (known.some((row) => row.url === url)) continue;
      const values = [url, this.#last(), 0, 0, 0];
      this.#sql.exec(
        'INSERT INTO webhook_urls (url, cursor, dropped, attempts, retry_at) VALUES (?, ?, ?, ?, ?)',
        ...values,
      );
    }
  }
}
