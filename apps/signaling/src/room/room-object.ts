import { DurableObject } from 'cloudflare:workers';
import type { Join } from '@parley/protocol/client-messages';
import { closeCode, type ErrorCode } from '@parley/protocol/errors';
import { NODE_STOPS } from '@parley/protocol/link-messages';
import type { Ban, LobbyGuest, ModeratedBy, ModerationAction } from '@parley/protocol/moderation';
import { jurisdictionOf } from '@parley/protocol/residency';
import type {
  CreateRoomRequest,
  ParticipantDetails,
  RoomDetails,
  RoomStats,
  UpdateRoomRequest,
} from '@parley/protocol/rest';
import type { DurableEvent } from '@parley/protocol/server-messages';
import { type Allowance, TokenBucket } from '@parley/protocol/token-bucket';
import { unfitFor } from '@parley/room/admission';
import { apply } from '@parley/room/apply';
import type { Command } from '@parley/room/commands';
import type { Effect, LoggedEvent } from '@parley/room/effects';
import { isCurrent } from '@parley/room/links';
import { keysNeeded } from '@parley/room/lobby';
import { returning } from '@parley/room/membership';
import { moderationRefusal, type TokenModerator, tokenRefusal } from '@parley/room/moderation';
import type { RoomState } from '@parley/room/state';
import { details, lobbyGuest, participantDetails, summary } from '@parley/room/views';
import { nextWake } from '@parley/room/wake';
import { admit } from '../access/authentication.ts';
import { isSameKey } from '../api/idempotency.ts';
import { originOf } from '../client-origin.ts';
import { DirectoryReporter } from '../directory/directory-reporter.ts';
import type { Environment } from '../environment.ts';
import { JOIN_TIMEOUT, JOIN_TIMEOUT_MESSAGE } from '../join-deadline.ts';
import { KeyCache } from '../keyring/key-cache.ts';
import { RoomPlaces } from '../limits/room-places.ts';
import { log } from '../log.ts';
import { within } from '../residency/within.ts';
import { failure, type Result, success } from '../result.ts';
import { accessSettings, webhooks, webrtcConfig } from '../settings.ts';
import { closeQuietly, closeWithError } from '../sockets.ts';
import { RoomWebhooks } from '../webhooks/room-webhooks.ts';
import { attachmentOf, type ClientAttachment, type LinkAttachment } from './attachments.ts';
import { ChatLimits } from './chat-limits.ts';
import { ClientIntake } from './client-intake.ts';
import { EffectRunner, type ShellEffect } from './effect-runner.ts';
import { Joining } from './joining.ts';
import { readLinkMessage } from './link-intake.ts';
import { LinkRequests } from './link-requests.ts';
import { type Maker, makeRoom } from './make-room.ts';
import { hashResumeSecret, makeResumeKey, makeResumeKeys } from './resume-secret.ts';
import { RoomClock } from './room-clock.ts';
import { logOutcome, logRefusal } from './room-log.ts';
import { RoomSockets, sendMessage } from './room-sockets.ts';
import { roomStats } from './room-stats.ts';
import { RoomStore } from './room-store.ts';

/** Most sockets that may wait to join the room; a room that fills at once has them joined in a moment. */
const MAX_WAITING = 256;
const CROWDED = 'Too many sockets wait to join this room; try again in a moment.';
/** Joins and returns of all together: each is told to everybody, and a deploy brings a full room back in a second or two. */
const JOINS: Allowance = { rate: 50, burst: 500 };

type JoinCommand = Extract<Command, { type: 'join' }>;

/**
 * A room: the shell around the rules in `@parley/room`. It turns sockets, calls and alarms into commands, keeps the
 * state, and has the effects carried out. Of its own it only decides which sockets reach the rules.
 */
export class RoomObject extends DurableObject<Environment> {
  readonly #sockets: RoomSockets;
  readonly #keys: KeyCache;
  readonly #effects: EffectRunner;
  readonly #directory: DirectoryReporter;
  readonly #places: RoomPlaces;
  readonly #requests = new LinkRequests();
  readonly #webhooks: RoomWebhooks;
  readonly #store: RoomStore;
  readonly #clock: RoomClock;
  readonly #intake = new ClientIntake();
  readonly #joining = new Joining();
  readonly #chats = new ChatLimits();
  readonly #joins = new TokenBucket(JOINS, Date.now());
  #state: RoomState | undefined;

  static of(env: Environment, roomId: string): DurableObjectStub<RoomObject> {
    return within(env.ROOMS, jurisdictionOf(roomId)).getByName(roomId);
  }

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    this.#sockets = new RoomSockets(ctx);
    this.#keys = new KeyCache(ctx, env, () => this.#state !== undefined);
    this.#directory = new DirectoryReporter(ctx, env);
    this.#places = new RoomPlaces(ctx, env);
    this.#webhooks = new RoomWebhooks(ctx, webhooks, () => this.#webhooksPaused());
    this.#store = new RoomStore(ctx.storage, this.#webhooks);
    this.#clock = new RoomClock(ctx.storage);
    const apply = (command: Command) => this.#do(command);
    this.#effects = new EffectRunner({
      ctx,
      env,
      sockets: this.#sockets,
      keys: this.#keys,
      places: this.#places,
      apply,
      participantOf: (connectionId) => this.#participantOf(connectionId),
      region: () => this.#state?.settings.region,
    });
    ctx.blockConcurrencyWhile(async () => {
      const loaded = await this.#store.load();
      this.#state = loaded?.state;
      // What one before could not deliver any more.
      await this.#schedule();
      if (loaded === undefined) return;
      log.debug('room woke', { roomId: loaded.roomId });
      if (this.#state !== undefined) {
        this.#missLostLinks();
        this.#missLostClients();
        return;
      }
      // Written by a build that this one does not know: a room made anew is better than a wrong one.
      this.#sockets.closeAll(closeCode('session_lost'), 'The server was updated; join again.');
      this.#webhooks.lost(Date.now());
      await this.#wipe(loaded.roomId);
    });
  }

  #participantOf(connectionId: string): string | undefined {
    return Object.values(this.#state?.participants ?? {}).find((one) => one.connectionId === connectionId)
      ?.participantId;
  }

  /**
   * Links that a deploy or an eviction took away while the object was not there to see it, and those whose network went
   * without a word. Before clients: while links are gone, nobody can tell whose media flows.
   */
  #missLostLinks(): void {
    for (const { nodeId, epoch, state } of Object.values(this.#state?.assignments ?? {})) {
      if (state !== 'linked') continue;
      this.#sockets.closeLinkIfSilent(nodeId, epoch, Date.now());
      if (this.#sockets.link(nodeId, epoch) !== undefined) continue;
      void this.#do({ type: 'link-closed', nodeId, epoch, stopped: false });
    }
  }

  #missLostClients(): void {
    for (const { connectionId, request } of Object.values(this.#state?.lobby ?? {})) {
      if (request.recovers) this.#sockets.closeIfSilent(connectionId, Date.now());
      if (this.#sockets.client(connectionId) !== undefined) continue;
      void this.#do({ type: 'connection-closed', connectionId });
    }
    for (const { connectionId, recovers } of Object.values(this.#state?.participants ?? {})) {
      if (connectionId === undefined) continue;
      // Only a client that recovers is known to ping.
      if (recovers) this.#sockets.closeIfSilent(connectionId, Date.now());
      if (this.#sockets.client(connectionId) !== undefined) continue;
      void this.#do({ type: 'connection-closed', connectionId });
    }
  }

  // ─── Calls from the Worker ───────────────────────────────────────────────────────────────────────────────────

  /** Takes the sockets that the Worker hands over: clients at `/client`, nodes whose assignment it verified at `/link`. */
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === '/client') {
      const waiting = this.#sockets.waiting();
      // The oldest goes, not the newest: who means to join has joined long before.
      if (waiting.length >= MAX_WAITING) this.#dismiss(waiting[0]?.connectionId, 'server_busy', CROWDED);
      const response = this.#sockets.acceptClient(url.searchParams.get('room') ?? '', originOf(request));
      await this.#schedule();
      return response;
    }
    const nodeId = url.searchParams.get('node') ?? '';
    const epoch = Number(url.searchParams.get('epoch'));
    if (this.#state === undefined || !isCurrent(this.#state, nodeId, epoch)) {
      return new Response(null, { status: 409 });
    }
    return this.#sockets.acceptLink(nodeId, epoch);
  }

  /** Makes the room with the given settings. */
  async create(roomId: string, request: CreateRoomRequest, maker: Maker): Promise<Result<RoomDetails>> {
    const created = await this.#create(roomId, request, maker);
    if (!created.ok) return created;
    return success(details(created.value));
  }

  /** Which of some places of limits the room holds. */
  holds(ids: readonly string[]): string[] {
    return this.#places.holds(this.#state, ids);
  }

  details(): RoomDetails | undefined {
    return this.#state === undefined ? undefined : details(this.#state);
  }

  /**
   * Moderates, for a caller who may; undefined when there is no room.
   *
   * @param token what a participant's token says, where it was one that let the caller
   */
  async moderate(
    by: ModeratedBy,
    request: ModerationAction,
    token?: TokenModerator,
  ): Promise<Result<RoomDetails> | undefined> {
    if (this.#state === undefined) return undefined;
    const refusal =
      (token && tokenRefusal(this.#state, token, request, Date.now())) ??
      moderationRefusal(this.#state, request);
    if (refusal !== undefined) return failure(...refusal);
    const resumeKeys = await makeResumeKeys(keysNeeded(request));
    await this.#do({ type: 'moderate', by, request, resumeKeys });
    return this.#state === undefined ? undefined : success(details(this.#state));
  }

  /** Changes the room's settings; undefined when there is no room. */
  async update(by: ModeratedBy, change: UpdateRoomRequest): Promise<RoomDetails | undefined> {
    const { lobby = true } = change;
    const resumeKeys = await makeResumeKeys(keysNeeded({ action: 'set-lobby', lobby }));
    await this.#do({ type: 'update', by, change, resumeKeys });
    return this.details();
  }

  participants(): ParticipantDetails[] | undefined {
    return this.#state && Object.values(this.#state.participants).map(participantDetails);
  }

  lobby(): LobbyGuest[] | undefined {
    return this.#state && Object.values(this.#state.lobby).map(lobbyGuest);
  }

  bans(): Ban[] | undefined {
    const now = Date.now();
    return (
      this.#state &&
      Object.values(this.#state.bans)
        .filter(({ until }) => until > now)
        .map(({ address: _address, ...ban }) => ban)
    );
  }

  /** Of the latest durable events those after one, oldest first. */
  events(after: number): DurableEvent[] | undefined {
    return this.#state && this.#store.log.between('', after, this.#state.lastSeq);
  }

  /** Closes the room for everybody; false when there is none. */
  async close(): Promise<boolean> {
    if (this.#state === undefined) return false;
    await this.#do({ type: 'delete' });
    return true;
  }

  /** The room's figures, measured on its node now; undefined when there is no room. */
  async stats(): Promise<Result<RoomStats> | undefined> {
    if (this.#state === undefined) return undefined;
    const linked = Object.values(this.#state.assignments).find((assignment) => assignment.state === 'linked');
    if (linked === undefined) return success(roomStats(this.#state, { tracks: [], subscriptions: [] }));
    const link = this.#sockets.link(linked.nodeId, linked.epoch);
    const media = await this.#requests.ask((requestId) =>
      sendMessage(link, { type: 'get-stats', requestId }),
    );
    if (media === undefined) {
      return failure('media_unavailable', 'The media node did not answer in time; ask again in a moment.');
    }
    return this.#state === undefined ? undefined : success(roomStats(this.#state, media));
  }

  // ─── Sockets ─────────────────────────────────────────────────────────────────────────────────────────────────

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const attachment = attachmentOf(socket);
    switch (attachment.role) {
      case 'client':
        return this.#clientMessage(socket, attachment, data);
      case 'link':
        return this.#linkMessage(socket, attachment, data);
    }
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    const attachment = attachmentOf(socket);
    closeQuietly(socket, 1000, '');
    switch (attachment.role) {
      case 'client': {
        const { connectionId } = attachment;
        await this.#joining.settled(connectionId);
        this.#sockets.forget(connectionId);
        this.#intake.forget(connectionId);
        return this.#do({ type: 'connection-closed', connectionId });
      }
      case 'link': {
        const { nodeId, epoch, open } = attachment;
        const stopped = code === NODE_STOPS || code === closeCode('room_closed');
        return open ? this.#do({ type: 'link-closed', nodeId, epoch, stopped }) : undefined;
      }
    }
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    return this.webSocketClose(socket, 1006);
  }

  async #clientMessage(
    socket: WebSocket,
    client: ClientAttachment,
    data: string | ArrayBuffer,
  ): Promise<void> {
    const joining = this.#joining.settled(client.connectionId, lengthOf(data));
    if (joining !== undefined) {
      if (await joining) return this.webSocketMessage(socket, data);
      return closeWithError(socket, 'message_too_large', 'Wait for joined before sending more.');
    }
    this.#sockets.heard(client.connectionId);
    const message = this.#intake.read(socket, client, data, () => this.#mayChat(client.connectionId));
    if (message === undefined) return;
    if (message.type === 'join') return this.#join(socket, client, message);
    // Who asks something of its session may do so because the node is gone.
    this.#missLostLinks();
    if (message.type === 'leave' && message.report !== undefined) {
      const participantId = this.#participantOf(client.connectionId);
      if (participantId !== undefined) this.#webhooks.clientReported(participantId, message.report);
    }
    const { connectionId } = client;
    const needed = message.type === 'moderate' ? keysNeeded(message.request) : 0;
    if (needed === 0) return this.#do({ type: 'client-message', connectionId, message });
    const resumeKeys = await makeResumeKeys(needed);
    return this.#do({ type: 'client-message', connectionId, message, resumeKeys });
  }

  #mayChat(connectionId: string): boolean {
    const participants = this.#state?.participants ?? {};
    const speaker = Object.values(participants).find((one) => one.connectionId === connectionId);
    if (speaker === undefined) return true;
    return this.#chats.take(speaker.participantId, Date.now(), (id) => Object.hasOwn(participants, id));
  }

  async #join(socket: WebSocket, client: ClientAttachment, request: Join): Promise<void> {
    const { connectionId, roomId } = client;
    // On a joined socket the rules refuse a second join, and the first stays.
    if (client.joined) return this.#do(await this.#joinCommand(client, request, crypto.randomUUID()));
    if (!this.#joins.take(Date.now())) return refuseJoin(socket, client, 'server_busy', CROWDED);
    // The object does not know its own name: what the socket was opened for decides, not what a stranger says.
    const refusal = unfitFor(roomId, request);
    if (refusal !== undefined) return refuseJoin(socket, client, ...refusal);
    let joined: { done: Promise<void> } | undefined;
    await this.#joining.run(connectionId, async () => {
      joined = await this.#enter(socket, client, request);
    });
    return joined?.done;
  }

  /** Has the rules decide on a join, once its address has a place for it. */
  async #enter(
    socket: WebSocket,
    client: ClientAttachment,
    request: Join,
  ): Promise<{ done: Promise<void> } | undefined> {
    const { roomId, origin } = client;
    const participantId = crypto.randomUUID();
    const command = await this.#joinCommand(client, request, participantId);
    // It may have gone meanwhile.
    if (socket.readyState !== WebSocket.OPEN) return;
    if (this.#state !== undefined && returning(this.#state, request, command.shownHash) !== undefined) {
      // It has had its place all along.
      const { address: _, ...back } = command;
      this.#sockets.join(socket, client);
      return { done: this.#do(back) };
    }
    // A stranger makes no room.
    if ('code' in command.access) {
      refuseJoin(socket, client, command.access.code, command.access.message);
      return;
    }
    let isHeld = false;
    try {
      const place = await this.#places.reserveParticipant(origin.address, participantId, roomId);
      isHeld = place.ok;
      const room = place.ok ? await this.#findOrCreate(roomId, origin.address) : place;
      if (!room.ok) {
        refuseJoin(socket, client, room.code, room.message);
        return;
      }
      if (socket.readyState !== WebSocket.OPEN) return;
      this.#sockets.join(socket, client);
      isHeld = false;
      return { done: this.#do(command) };
    } finally {
      if (isHeld) this.#places.freeParticipant(origin.address, participantId);
      this.#places.settled(participantId);
    }
  }

  async #joinCommand(client: ClientAttachment, request: Join, participantId: string): Promise<JoinCommand> {
    const { connectionId, origin } = client;
    const [access, resumeKey, shownHash] = await Promise.all([
      request.token === undefined && origin.access !== undefined
        ? origin.access
        : admit(accessSettings, request.token, client.roomId),
      makeResumeKey(),
      request.resume && hashResumeSecret(request.resume.secret),
    ]);
    return {
      type: 'join',
      connectionId,
      request,
      ...(origin.cid !== undefined && { cid: origin.cid }),
      participantId,
      resumeKey,
      access,
      ...(origin.address !== undefined && { address: origin.address }),
      ...(shownHash && { shownHash }),
    };
  }

  async #linkMessage(socket: WebSocket, link: LinkAttachment, data: string | ArrayBuffer): Promise<void> {
    const { nodeId, epoch } = link;
    const message = readLinkMessage(socket, link, data);
    if (message === undefined) return;
    switch (message.type) {
      case 'hello': {
        if (this.#state === undefined || !isCurrent(this.#state, nodeId, epoch)) {
          return closeWithError(socket, 'assignment_stale', 'The room is served in a newer epoch.');
        }
        this.#sockets.openLink(socket, link);
        const { sessions, incarnation, publicUrl } = message;
        const known = { sessions, incarnation, ...(publicUrl !== undefined && { publicUrl }) };
        return this.#do({ type: 'link-opened', nodeId, epoch, ...known });
      }
      case 'stats':
        return this.#requests.answer(message.requestId, message.stats);
      case 'session-report':
        return this.#webhooks.sessionReported(message.participantId, message.report);
      default:
        return this.#do({ type: 'link-report', nodeId, epoch, report: message });
    }
  }

  // ─── Time ────────────────────────────────────────────────────────────────────────────────────────────────────

  override async alarm(): Promise<void> {
    this.#clock.rang();
    for (const { connectionId, openedAt } of this.#sockets.waiting()) {
      if (Date.now() < openedAt + JOIN_TIMEOUT) continue;
      this.#dismiss(connectionId, 'join_timeout', JOIN_TIMEOUT_MESSAGE);
    }
    this.#missLostLinks();
    this.#missLostClients();
    const sweptAt = this.#state?.sweptAt;
    await this.#do({ type: 'wake' });
    if (this.#state !== undefined) {
      const isSweep = this.#state.sweptAt !== sweptAt;
      this.#directory.report(summary(this.#state), isSweep);
      if (isSweep) this.#places.refresh(this.#state);
    }
    // Nothing is stored for a room that is not there, a forgotten alarm included.
    else if (this.#isUseless) await this.#store.clear();
    await this.#schedule();
  }

  /** Closes a socket that waits to join. */
  #dismiss(connectionId: string | undefined, code: ErrorCode, message: string): void {
    if (connectionId === undefined) return;
    const socket = this.#sockets.client(connectionId);
    sendMessage(socket, { type: 'error', code, message });
    if (socket !== undefined) closeWithError(socket, code, message);
    this.#sockets.forget(connectionId);
  }

  /** Does what webhooks have to do by now, and has the object woken for whatever comes next. */
  async #schedule(): Promise<void> {
    this.#webhooks.wake(Date.now());
    const times = this.#sockets.waiting().map(({ openedAt }) => openedAt + JOIN_TIMEOUT);
    const wake = this.#state && nextWake(this.#state);
    if (wake !== undefined) times.push(wake);
    await this.#clock.wakeAt([...times, ...this.#webhooks.times]);
  }

  // ─── The rules, and what follows from them ───────────────────────────────────────────────────────────────────

  async #findOrCreate(roomId: string, openedFrom: string | undefined): Promise<Result<RoomState>> {
    if (this.#state !== undefined) return success(this.#state);
    if (!webrtcConfig.rooms.auto_create) {
      return failure('room_not_found', `There is no room ${roomId}; create it with POST /api/rooms.`);
    }
    const created = await this.#create(roomId, {}, openedFrom === undefined ? {} : { openedFrom });
    // Somebody else's join may have made the room meanwhile; that serves as well.
    return this.#state === undefined ? created : success(this.#state);
  }

  async #create(roomId: string, request: CreateRoomRequest, maker: Maker): Promise<Result<RoomState>> {
    // Nothing else happens to the object meanwhile, so a room is made once.
    return this.ctx.blockConcurrencyWhile(async () => {
      if (this.#state !== undefined) return madeBefore(this.#state, maker.fingerprint);
      const made = makeRoom(roomId, request, Date.now(), maker);
      if (!made.ok) return made;
      const state = made.value;
      return this.#places.whileReserved(state, async () => {
        this.#state = state;
        this.#webhooks.created(state, Date.now());
        await this.#save([]);
        return state;
      });
    });
  }

  /** Applies one command; resolves when its effects are done. */
  async #do(command: Command): Promise<void> {
    if (this.#state === undefined) return;
    const now = Date.now();
    const outcome = apply(this.#state, command, now);
    const { state, events, effects } = outcome;
    // Most of what a call says only passes through.
    const isNew = state !== this.#state;
    if (isNew) {
      logOutcome(this.#state, command, outcome);
      this.#webhooks.changed(this.#state, command, outcome, now);
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

  #replay({ connectionId, participantId, after, upTo }: Extract<Effect, { type: 'replay' }>): ShellEffect[] {
    const missed = this.#store.log.between(participantId, after, upTo);
    return missed.map((message) => ({ type: 'send', connectionId, message }));
  }

  async #save(events: readonly LoggedEvent[]): Promise<void> {
    const state = this.#state;
    if (state === undefined) return;
    if (state.phase === 'closed') return this.#wipe(state.roomId);
    // Both in one go: what is stored for later has an alarm.
    const stored = [this.#store.save(state, events), this.#schedule()];
    this.#directory.report(summary(state));
    await Promise.all(stored);
  }

  /** Forgets the room: the object is as new, but for sockets that have yet to join. */
  async #wipe(roomId: string): Promise<void> {
    if (this.#state !== undefined) this.#places.freeRoom(this.#state);
    this.#state = undefined;
    this.#keys.forget();
    const stored = [this.#clock.clear(), this.#store.clear(), this.#schedule()];
    this.#directory.remove(roomId);
    await Promise.all(stored);
  }

  /** A closed room's storage is empty once nobody has to hear of it any more. */
  async #webhooksPaused(): Promise<void> {
    const cleared = this.#isUseless ? [this.#clock.clear(), this.#store.clear()] : [];
    await Promise.all([...cleared, this.#schedule()]);
  }

  /** Whether there is no room, nobody who waits for one, and nothing left to tell of one. */
  get #isUseless(): boolean {
    return this.#state === undefined && this.#sockets.waiting().length === 0 && this.#webhooks.isDone;
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

function lengthOf(data: string | ArrayBuffer): number {
  return typeof data === 'string' ? data.length : data.byteLength;
}

function refuseJoin(socket: WebSocket, client: ClientAttachment, code: ErrorCode, message: string): void {
  logRefusal(client, code, 'join');
  sendMessage(socket, { type: 'error', code, message, requestType: 'join' });
  closeWithError(socket, code, message);
}
