import { closeCode } from '@parley/protocol/errors';
import type { CreateRoomRequest } from '@parley/protocol/rest';
import type { DurableEvent } from '@parley/protocol/server-messages';
import { apply } from '@parley/room/apply';
import type { Command } from '@parley/room/commands';
import type { Effect, LoggedEvent } from '@parley/room/effects';
import { tellsAgain } from '@parley/room/presence';
import type { RoomState } from '@parley/room/state';
import { summary } from '@parley/room/views';
import { nextWake } from '@parley/room/wake';
import { isSameKey } from '../api/idempotency.ts';
import { DirectoryReporter } from '../directory/directory-reporter.ts';
import type { Environment } from '../environment.ts';
import { FleetObject } from '../fleet/fleet-object.ts';
import { JOIN_TIMEOUT } from '../join-deadline.ts';
import { KeyCache } from '../keyring/key-cache.ts';
import { RoomPlaces } from '../limits/room-places.ts';
import { log } from '../log.ts';
import { failure, type Result, success } from '../result.ts';
import { region, webhooks, webrtcConfig } from '../settings.ts';
import { RoomWebhooks } from '../webhooks/room-webhooks.ts';
import { EffectRunner, type ShellEffect } from './effect-runner.ts';
import { LastNews } from './last-news.ts';
import { lostLinks, lostSockets } from './lost-sockets.ts';
import { type Maker, makeRoom } from './make-room.ts';
import { RoomClock } from './room-clock.ts';
import { logOutcome } from './room-log.ts';
import type { RoomSockets } from './room-sockets.ts';
import { RoomStore } from './room-store.ts';
import { StartWaiters } from './start-waiters.ts';

/**
 * Keeps a room: its state, in memory and stored, the alarm, and what has to be done about each change. Everything that happens
 * to a room goes through {@link do}.
 */
export class RoomKeeper {
  readonly places: RoomPlaces;
  readonly webhooks: RoomWebhooks;
  readonly lastNews: LastNews;
  readonly starts = new StartWaiters();
  readonly #ctx: DurableObjectState;
  readonly #sockets: RoomSockets;
  readonly #keys: KeyCache;
  readonly #effects: EffectRunner;
  readonly #directory: DirectoryReporter;
  readonly #store: RoomStore;
  readonly #clock: RoomClock;
  #state: RoomState | undefined;
  /** Of the room before, for what is still done about that. */
  #lastRegion = region;

  constructor(ctx: DurableObjectState, env: Environment, sockets: RoomSockets) {
    this.#ctx = ctx;
    this.#sockets = sockets;
    this.#keys = new KeyCache(ctx, env, () => this.#state !== undefined);
    this.#directory = new DirectoryReporter(ctx, env);
    this.places = new RoomPlaces(ctx, env);
    this.webhooks = new RoomWebhooks(ctx, webhooks, () => this.#leftPaused());
    this.lastNews = new LastNews(ctx, env, () => this.#leftPaused());
    this.#store = new RoomStore(ctx.storage, [this.webhooks, this.lastNews]);
    this.#clock = new RoomClock(ctx.storage);
    const home = () => this.region;
    this.#effects = new EffectRunner({
      ctx,
      env,
      sockets,
      keys: this.#keys,
      places: this.places,
      apply: (command) => this.do(command),
      participantOf: (connectionId) => this.participantOf(connectionId),
      home,
      fleet: () => FleetObject.of(env, home()),
      starts: this.starts,
    });
  }

  /** Reads what is stored, once, before anything else. */
  async load(): Promise<void> {
    const loaded = await this.#store.load();
    this.#state = loaded?.state;
    // An object that nobody needs is looked at only if something is left in it: then its alarm is set, and has it emptied.
    if (loaded === undefined && this.#isUseless) return;
    // What one before could not deliver any more.
    await this.schedule();
    if (loaded === undefined) return;
    log.debug('room woke', { roomId: loaded.roomId });
    if (this.#state !== undefined) {
      this.#directory.known(summary(this.#state));
      return this.missLost();
    }
    // Written by a build that this one does not know: a room made anew is better than a wrong one.
    this.#sockets.closeAll(closeCode('session_lost'), 'The server was updated; join again.');
    this.webhooks.lost(Date.now());
    await this.#wipe(loaded.roomId);
  }

  /** The room as it is now; undefined when there is none. */
  get state(): RoomState | undefined {
    return this.#state;
  }

  /** The region whose nodes and recorders serve the room. */
  get region(): string {
    return this.#state === undefined ? this.#lastRegion : (this.#state.settings.region ?? region);
  }

  participantOf(connectionId: string): string | undefined {
    const participants = Object.values(this.#state?.participants ?? {});
    return participants.find((one) => one.connectionId === connectionId)?.participantId;
  }

  /** Of the latest durable events the first after one, oldest first. */
  events(after: number, most: number): DurableEvent[] | undefined {
    return this.#state && this.#store.log.between('', after, this.#state.lastSeq, most);
  }

  /** Misses what went without a word. */
  missLost(): void {
    this.#miss(lostSockets);
  }

  /** The same of nodes' links alone. */
  missLostLinks(): void {
    this.#miss(lostLinks);
  }

  #miss(lost: typeof lostSockets): void {
    if (this.#state === undefined) return;
    for (const command of lost(this.#state, this.#sockets, Date.now())) void this.do(command);
  }

  /** The alarm has rung: does what is due. */
  async wake(): Promise<void> {
    this.#clock.rang();
    this.missLost();
    const { sweptAt: sweptBefore = 0 } = this.#state ?? {};
    await this.do({ type: 'wake' });
    if (this.#state !== undefined) {
      const again = tellsAgain(sweptBefore, this.#state.sweptAt);
      this.#directory.report(summary(this.#state), again);
      if (again) this.places.refresh(this.#state);
    }
    // Nothing is stored for a room that is not there, a forgotten alarm included.
    else if (this.#isUseless) await this.#store.clear();
    await this.schedule();
  }

  /** Does what webhooks and recordings of a room before have to do by now, and has the object woken for whatever comes next. */
  async schedule(): Promise<void> {
    this.webhooks.wake(Date.now());
    this.lastNews.wake(Date.now());
    const times = this.#sockets.waiting().map(({ since }) => since + JOIN_TIMEOUT);
    const wake = this.#state && nextWake(this.#state);
    if (wake !== undefined) times.push(wake);
    await this.#clock.wakeAt([...times, ...this.webhooks.times, ...this.lastNews.times]);
  }

  /** The room, made if there is none and the server lets whoever joins make one. */
  async findOrCreate(roomId: string, openedFrom: string | undefined): Promise<Result<RoomState>> {
    if (this.#state !== undefined) return success(this.#state);
    if (!webrtcConfig.rooms.auto_create) {
      return failure('room_not_found', `There is no room ${roomId}; create it with POST /api/rooms.`);
    }
    const created = await this.create(roomId, {}, openedFrom === undefined ? {} : { openedFrom });
    // Somebody else's join may have made the room meanwhile; that serves as well.
    return this.#state === undefined ? created : success(this.#state);
  }

  /** Makes the room, once. */
  async create(roomId: string, request: CreateRoomRequest, maker: Maker): Promise<Result<RoomState>> {
    // Nothing else happens to the object meanwhile, so a room is made once.
    return this.#ctx.blockConcurrencyWhile(async () => {
      if (this.#state !== undefined) return madeBefore(this.#state, maker.fingerprint);
      const made = makeRoom(roomId, request, Date.now(), maker);
      if (!made.ok) return made;
      const state = made.value;
      return this.places.whileReserved(state, async () => {
        this.#state = state;
        this.webhooks.created(state, Date.now());
        await this.#save([]);
        return state;
      });
    });
  }

  /** Applies one command; resolves when its effects are done. */
  async do(command: Command): Promise<void> {
    if (this.#state === undefined) return;
    const now = Date.now();
    const outcome = apply(this.#state, command, now);
    const { state, events, effects } = outcome;
    // Most of what a call says only passes through.
    const isNew = state !== this.#state;
    if (isNew) {
      logOutcome(this.#state, command, outcome);
      this.webhooks.changed(this.#state, command, outcome, now);
    }
    this.#state = state;
    // Before the effects: nothing is sent before that which it tells of is stored, and the log is read as it is now.
    const saved = isNew ? this.#save(events) : undefined;
    const done = this.#effects.run(
      state.roomId,
      effects.flatMap((effect) => (effect.type === 'replay' ? this.#replay(effect) : [effect])),
    );
    await saved;
    await done;
  }

  /** Resolves when recordings' memories have heard what the room had to tell, where they can be reached. */
  told(): Promise<void> {
    return this.#effects.told();
  }

  #replay({ connectionId, participantId, after, upTo }: Extract<Effect, { type: 'replay' }>): ShellEffect[] {
    const missed = this.#store.log.between(participantId, after, upTo);
    return missed.map((message) => ({ type: 'send', connectionId, message }));
  }

  async #save(events: readonly LoggedEvent[]): Promise<void> {
    const state = this.#state;
    if (state === undefined) return;
    if (state.phase === 'closed') return this.#wipe(state.roomId);
    // Both in one go: what is stored for later has an alarm.
    const stored = [this.#store.save(state, events), this.schedule()];
    this.#directory.report(summary(state));
    await Promise.all(stored);
  }

  /** Forgets the room: the object is as new, but for sockets that have yet to join. */
  async #wipe(roomId: string): Promise<void> {
    if (this.#state !== undefined) {
      this.places.freeRoom(this.#state);
      this.#lastRegion = this.region;
      this.lastNews.keep(this.#state, this.region, Date.now());
    }
    this.#state = undefined;
    this.#keys.forget();
    const stored = [this.#clock.clear(), this.#store.clear(), this.schedule()];
    this.#directory.remove(roomId);
    await Promise.all(stored);
  }

  /** A closed room's storage is empty once nobody has to hear of it any more. */
  async #leftPaused(): Promise<void> {
    const cleared = this.#isUseless ? [this.#clock.clear(), this.#store.clear()] : [];
    await Promise.all([...cleared, this.schedule()]);
  }

  /** Whether there is no room, nobody who waits for one, and nothing left to tell of one. */
  get #isUseless(): boolean {
    if (this.#state !== undefined || this.#sockets.waiting().length > 0) return false;
    return this.webhooks.isDone && this.lastNews.isDone;
  }
}

/** What becomes of a request for a room that there is. */
function madeBefore(state: RoomState, fingerprint: string | undefined): Result<RoomState> {
  if (fingerprint !== undefined && fingerprint === state.fingerprint) return success(state);
  if (isSameKey(fingerprint, state.fingerprint)) {
    return failure('idempotency_conflict', 'The key made another room; use a new key for each room.');
  }
  return failure('room_exists', `Room ${state.roomId} exists; join it, or pick another id.`);
}
