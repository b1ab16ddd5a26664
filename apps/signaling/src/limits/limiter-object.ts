import { DurableObject } from 'cloudflare:workers';
import { TIMES } from '@parley/room/state';
import type { Environment } from '../environment.ts';
import { log } from '../log.ts';
import { RoomObject } from '../room/room-object.ts';
import { inTime } from './in-time.ts';
import type { Place, PlaceKind } from './place.ts';
import { RequestBucket } from './request-bucket.ts';

const PREFIX = 'place:';
/** A place this young is not asked about: its room may be about to fill it. Milliseconds. */
const SETTLED = 30_000;
/** Least time between looks for places that nobody holds, milliseconds: who is refused again and again wakes no rooms. */
const CHECK_PAUSE = 10_000;
/** Most rooms asked in one look, the ones not heard of for longest; and how long each may take, milliseconds. */
const MOST_ASKED = 64;
const ANSWER_TIMEOUT = 5_000;
/** How often an object with places looks by itself. */
const CHECK_EVERY = 3 * TIMES.sweep;
/** And one that remembers requests, milliseconds. */
const FORGET_REQUESTS = 60_000;

/**
 * What one address takes of the server: the rooms that it has opened, the participants that are there from it, and its
 * requests; another, named for the server, counts all open rooms. A place is taken or refused in one step, so the count
 * never passes the limit. The rooms are the truth: each tells its places again with its sweep, and a room that has not been
 * heard of is asked before a place is given up.
 */
export class LimiterObject extends DurableObject<Environment> {
  /** Every place with when its room was last heard of, in this object's memory: less than 1 after a restart. */
  readonly #places = new Map<string, Place & { heardAt: number }>();
  readonly #requests: RequestBucket;
  #checkedAt = 0;

  /** @param address as {@link addressKey} writes it */
  static ofAddress(env: Environment, address: string): DurableObjectStub<LimiterObject> {
    return env.LIMITERS.getByName(`address ${address}`);
  }

  static ofServer(env: Environment): DurableObjectStub<LimiterObject> {
    return env.LIMITERS.getByName('server');
  }

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    this.#requests = new RequestBucket(ctx.storage);
    for (const [key, place] of ctx.storage.kv.list<Place>({ prefix: PREFIX })) {
      // Not heard of at all, in any order: where there are too many rooms to ask, it is not always the same that are.
      this.#places.set(key, { ...place, heardAt: Math.random() });
    }
  }

  /** Takes a place; false when all `most` are taken. One that is taken already is taken once. */
  async reserve(place: Place, most: number): Promise<boolean> {
    if (!this.#places.has(keyOf(place)) && this.count(place.kind) >= most) {
      this.ctx.waitUntil(this.#checkSoon());
      return false;
    }
    this.#put(place);
    await this.#wakeIn(CHECK_EVERY);
    return true;
  }

  /** Gives places back; those that are not taken are none. */
  async free(kind: PlaceKind, ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#delete(keyOf({ kind, id }));
    await this.#tidy();
  }

  /** All places that a room holds, by its own word. They count whatever the limit is; others of the room are given up. */
  async refresh(kind: PlaceKind, roomId: string, ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#put({ kind, id, roomId });
    const held = new Set(ids);
    const settled = Date.now() - SETTLED;
    for (const [key, place] of this.#places) {
      if (place.kind !== kind || place.roomId !== roomId || held.has(place.id)) continue;
      // It may have been taken while this word was on its way.
      if (place.heardAt < settled) this.#delete(key);
    }
    await this.#tidy();
  }

  /** How many places are taken. */
  count(kind: PlaceKind): number {
    let count = 0;
    for (const place of this.#places.values()) if (place.kind === kind) count += 1;
    return count;
  }

  /** Counts one request of the address; milliseconds to wait when it is one too many, else 0. */
  async request(perMinute: number): Promise<number> {
    const now = Date.now();
    const wait = this.#requests.take(now, perMinute);
    if (wait === 0 && this.#requests.isStored(now)) await this.#wakeIn(FORGET_REQUESTS);
    return wait;
  }

  override async alarm(): Promise<void> {
    await this.#check(Date.now() - 2 * TIMES.sweep);
    await this.#tidy();
  }

  /** Somebody was refused: perhaps for a place that a room gave back without being heard. */
  async #checkSoon(): Promise<void> {
    const now = Date.now();
    if (now < this.#checkedAt + CHECK_PAUSE) return;
    this.#checkedAt = now;
    await this.#check(now - SETTLED);
    await this.#tidy();
  }

  /** Asks the rooms that have not been heard of since then which of their places they hold. */
  async #check(since: number): Promise<void> {
    const silent = [...this.#places].filter(([, { heardAt }]) => heardAt < since);
    silent.sort(([, a], [, b]) => a.heardAt - b.heardAt);
    const rooms = [...Map.groupBy(silent, ([, { roomId }]) => roomId)].slice(0, MOST_ASKED);
    await Promise.all(rooms.map(([roomId, places]) => this.#ask(roomId, new Map(places))));
  }

  async #ask(roomId: string, places: Map<string, Place & { heardAt: number }>): Promise<void> {
    const ids = [...places.values()].map(({ id }) => id);
    try {
      const held = await inTime(ANSWER_TIMEOUT, RoomObject.of(this.env, roomId).holds(ids));
      for (const [key, place] of places) {
        // Unless it was told again meanwhile.
        if (this.#places.get(key)?.heardAt !== place.heardAt) continue;
        if (held.includes(place.id)) this.#places.set(key, { ...place, heardAt: Date.now() });
        else this.#delete(key);
      }
    } catch (error) {
      // It may hold them all; it is asked again.
      log.warn('places not checked', { roomId, error: String(error) });
    }
  }

  #put({ kind, id, roomId }: Place): void {
    const place: Place = { kind, id, roomId };
    const key = keyOf(place);
    if (!this.#places.has(key)) this.ctx.storage.kv.put(key, place);
    this.#places.set(key, { ...place, heardAt: Date.now() });
  }

  #delete(key: string): void {
    if (this.#places.delete(key)) this.ctx.storage.kv.delete(key);
  }

  /** Nothing is stored for an address that has nothing here; what is here is looked after. */
  async #tidy(): Promise<void> {
    if (this.#requests.isStored(Date.now())) await this.#wakeIn(FORGET_REQUESTS);
    else if (this.#places.size > 0) await this.#wakeIn(CHECK_EVERY);
    else await Promise.all([this.ctx.storage.deleteAlarm(), this.ctx.storage.deleteAll()]);
  }

  async #wakeIn(milliseconds: number): Promise<void> {
    const at = Date.now() + milliseconds;
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }
}

function keyOf({ kind, id }: Pick<Place, 'kind' | 'id'>): string {
  return `${PREFIX}${kind}:${id}`;
}
