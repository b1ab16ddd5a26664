import { DurableObject } from 'cloudflare:workers';
import {
  ClientMessage,
  type Join,
  MAX_CLIENT_MESSAGE_BYTES,
  MAX_JOIN_BYTES,
} from '@parley/protocol/client-messages';
import { DecodeError, decode } from '@parley/protocol/decode';
import { closeCode, type ErrorCode } from '@parley/protocol/errors';
import { openGrants } from '@parley/protocol/grants';
import { NodeLinkMessage } from '@parley/protocol/link-messages';
import type { CreateRoomRequest, RoomDetails, RoomStats } from '@parley/protocol/rest';
import { isSupportedVersion, PROTOCOL_VERSION } from '@parley/protocol/version';
import { apply } from '@parley/room/apply';
import type { Command } from '@parley/room/commands';
import type { Effect } from '@parley/room/effects';
import { isCurrent } from '@parley/room/links';
import { createRoom, type RoomState, STATE_VERSION } from '@parley/room/state';
import { details, summary } from '@parley/room/views';
import { nextWake } from '@parley/room/wake';
import { countRooms, directoryOf } from '../directory/directory.ts';
import type { Environment } from '../environment.ts';
import { FleetObject } from '../fleet/fleet-object.ts';
import { KeyCache } from '../keyring/key-cache.ts';
import { signAssignment, signTicket } from '../keyring/sign.ts';
import { failure, type Result, success } from '../result.ts';
import { clientMediaSettings, webrtcConfig } from '../settings.ts';
import { closeQuietly } from '../sockets.ts';
import { attachmentOf, type ClientAttachment, type LinkAttachment } from './attachments.ts';
import { LinkRequests } from './link-requests.ts';
import { RoomSockets, sendMessage } from './room-sockets.ts';
import { roomStats } from './room-stats.ts';

/** How long a socket may take to join, milliseconds. */
export const JOIN_TIMEOUT = 10_000;
/** Largest message of a node, bytes: an offer with a hundred tracks fits. */
const MAX_LINK_MESSAGE_BYTES = 1024 * 1024;
/** The region whose Fleet serves the room. */
const REGION = 'default';

/**
 * A room: the shell around the rules in `@parley/room`. It turns sockets, calls and alarms into commands, keeps the
 * state, and carries out the effects in order. It decides nothing.
 */
export class RoomObject extends DurableObject<Environment> {
  readonly #sockets: RoomSockets;
  readonly #keys: KeyCache;
  readonly #requests = new LinkRequests();
  #state: RoomState | undefined;
  /** The state as it is stored, and the summary as the Directory has it: neither is written again unchanged. */
  #stored: string | undefined;
  #reported: string | undefined;
  /** Effects in the making: signing takes a moment, and nothing may overtake it. */
  #outbox: Promise<void> = Promise.resolve();

  static of(env: Environment, roomId: string): DurableObjectStub<RoomObject> {
    return env.ROOMS.getByName(roomId);
  }

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    this.#sockets = new RoomSockets(ctx);
    this.#keys = new KeyCache(ctx, env);
    ctx.blockConcurrencyWhile(async () => {
      this.#stored = await ctx.storage.get<string>('state');
      if (this.#stored === undefined) return;
      const state = JSON.parse(this.#stored) as RoomState;
      if (state.version !== STATE_VERSION) {
        // Written by a build that this one does not know: a room without history is better than a wrong one.
        await this.#wipe();
        return;
      }
      this.#state = state;
      this.#missLostSockets();
    });
  }

  /** What a deploy or an eviction took away while the object was not there to see it. */
  #missLostSockets(): void {
    for (const { connectionId } of Object.values(this.#state?.participants ?? {})) {
      if (connectionId === undefined || this.#sockets.client(connectionId) !== undefined) continue;
      this.#do({ type: 'connection-closed', connectionId });
    }
    for (const { nodeId, epoch, state } of Object.values(this.#state?.assignments ?? {})) {
      if (state !== 'linked' || this.#sockets.link(nodeId, epoch) !== undefined) continue;
      this.#do({ type: 'link-closed', nodeId, epoch });
    }
  }

  // ─── Calls from the Worker ───────────────────────────────────────────────────────────────────────────────────

  /** Takes the sockets that the Worker hands over: clients at `/client`, nodes whose assignment it verified at `/link`. */
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === '/client') {
      const response = this.#sockets.acceptClient(url.searchParams.get('room') ?? '');
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
  async create(roomId: string, request: CreateRoomRequest): Promise<Result<RoomDetails>> {
    const created = await this.#create(roomId, request);
    if (!created.ok) return created;
    return success(details(created.value));
  }

  details(): RoomDetails | undefined {
    return this.#state === undefined ? undefined : details(this.#state);
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

  override async webSocketClose(socket: WebSocket): Promise<void> {
    const attachment = attachmentOf(socket);
    closeQuietly(socket, 1000, '');
    switch (attachment.role) {
      case 'client':
        return this.#do({ type: 'connection-closed', connectionId: attachment.connectionId });
      case 'link': {
        const { nodeId, epoch, open } = attachment;
        return open ? this.#do({ type: 'link-closed', nodeId, epoch }) : undefined;
      }
    }
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    return this.webSocketClose(socket);
  }

  async #clientMessage(
    socket: WebSocket,
    client: ClientAttachment,
    data: string | ArrayBuffer,
  ): Promise<void> {
    let message: ClientMessage;
    try {
      message = decode(ClientMessage, data, client.joined ? MAX_CLIENT_MESSAGE_BYTES : MAX_JOIN_BYTES);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const { code, message, requestType } = error;
      sendMessage(socket, { type: 'error', code, message, ...(requestType && { requestType }) });
      return;
    }
    const { connectionId } = client;
    if (message.type === 'join') return this.#join(socket, client, message);
    if (this.#state === undefined) {
      const text = 'Send join first.';
      sendMessage(socket, { type: 'error', code: 'join_required', message: text, requestType: message.type });
      return;
    }
    return this.#do({ type: 'client-message', connectionId, message });
  }

  async #join(socket: WebSocket, client: ClientAttachment, request: Join): Promise<void> {
    const { roomId } = client;
    // The object does not know its own name: what it was opened for decides, not what a stranger says.
    if (this.#state === undefined && request.roomId === roomId && !client.joined) {
      const created = webrtcConfig.rooms.auto_create
        ? await this.#create(roomId, {})
        : failure('room_not_found', `There is no room ${roomId}; create it with POST /api/rooms.`);
      // Somebody else's join may have made the room meanwhile; that serves as well.
      if (!created.ok && created.code !== 'room_exists') {
        return refuseJoin(socket, created.code, created.message);
      }
    }
    // On a joined socket the rules refuse a second join, and the first stays.
    if (this.#state === undefined || (request.roomId !== roomId && !client.joined)) {
      return refuseJoin(
        socket,
        'wrong_room',
        `This socket leads to ${roomId}; open another for ${request.roomId}.`,
      );
    }
    socket.serializeAttachment({ ...client, joined: true } satisfies ClientAttachment);
    const participantId = crypto.randomUUID();
    return this.#do({ type: 'join', connectionId: client.connectionId, participantId, request });
  }

  async #linkMessage(socket: WebSocket, link: LinkAttachment, data: string | ArrayBuffer): Promise<void> {
    const { nodeId, epoch } = link;
    try {
      const message = decode(NodeLinkMessage, data, MAX_LINK_MESSAGE_BYTES);
      if (message.type === 'hello') {
        if (!isSupportedVersion(message.version)) {
          closeQuietly(
            socket,
            closeCode('unsupported_version'),
            `The edge speaks version ${PROTOCOL_VERSION}.`,
          );
          return;
        }
        this.#sockets.openLink(socket, link);
        return await this.#do({ type: 'link-opened', nodeId, epoch, sessions: message.sessions });
      }
      if (!link.open) return closeQuietly(socket, closeCode('invalid_message'), 'Say hello first.');
      if (message.type === 'stats') return this.#requests.answer(message.requestId, message.stats);
      return await this.#do({ type: 'link-report', nodeId, epoch, report: message });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      closeQuietly(socket, closeCode(error.code), error.message);
    }
  }

  // ─── Time ────────────────────────────────────────────────────────────────────────────────────────────────────

  override async alarm(): Promise<void> {
    for (const { socket, openedAt } of this.#sockets.waiting()) {
      if (Date.now() < openedAt + JOIN_TIMEOUT) continue;
      const message = `Send join within ${JOIN_TIMEOUT / 1000} s of opening the socket.`;
      sendMessage(socket, { type: 'error', code: 'join_timeout', message });
      closeQuietly(socket, closeCode('join_timeout'), message);
    }
    await this.#do({ type: 'wake' });
    await this.#schedule();
  }

  async #schedule(): Promise<void> {
    const times = this.#sockets.waiting().map(({ openedAt }) => openedAt + JOIN_TIMEOUT);
    const wake = this.#state && nextWake(this.#state);
    if (wake !== undefined) times.push(wake);
    const next = times.length === 0 ? undefined : Math.min(...times);
    const current = await this.ctx.storage.getAlarm();
    if (next === undefined) {
      if (current !== null) await this.ctx.storage.deleteAlarm();
    } else if (current !== next) await this.ctx.storage.setAlarm(next);
  }

  // ─── The rules, and what follows from them ───────────────────────────────────────────────────────────────────

  async #create(roomId: string, request: CreateRoomRequest): Promise<Result<RoomState>> {
    // Nothing else happens to the object meanwhile, so a room is made once.
    return this.ctx.blockConcurrencyWhile(async () => {
      if (this.#state !== undefined)
        return failure('room_exists', `Room ${roomId} exists; join it, or pick another id.`);
      const { max_participants, max_rooms, idle_timeout } = webrtcConfig.rooms;
      const { rooms } = await countRooms(this.env).catch(() => ({ rooms: 0 }));
      if (rooms >= max_rooms) {
        return failure('server_full', `The server holds ${max_rooms} rooms; try again when one has closed.`);
      }
      const settings = {
        name: request.name ?? roomId,
        maxParticipants: Math.min(request.maxParticipants ?? max_participants, max_participants),
        idleTimeout: idle_timeout * 1000,
        grants: openGrants(webrtcConfig.webrtc.max_bitrate),
      };
      this.#state = createRoom(roomId, settings, Date.now());
      await this.#save();
      return success(this.#state);
    });
  }

  /** Applies one command; resolves when its effects are done. */
  async #do(command: Command): Promise<void> {
    if (this.#state === undefined) return;
    const { state, effects } = apply(this.#state, command, Date.now());
    this.#state = state;
    for (const effect of effects) {
      this.#outbox = this.#outbox
        .then(() => this.#perform(state.roomId, effect))
        .catch((error: unknown) =>
          logError('effect failed', { roomId: state.roomId, effect: effect.type, error }),
        );
    }
    const outbox = this.#outbox;
    await this.#save();
    await outbox;
  }

  async #save(): Promise<void> {
    const state = this.#state;
    if (state === undefined) return;
    if (state.phase === 'closed') return this.#wipe();
    const text = JSON.stringify(state);
    if (text !== this.#stored) {
      this.#stored = text;
      await this.ctx.storage.put('state', text);
    }
    const report = JSON.stringify(summary(state));
    if (report !== this.#reported) {
      this.#reported = report;
      this.ctx.waitUntil(
        directoryOf(this.env, state.roomId)
          .report(summary(state))
          .catch(() => undefined),
      );
    }
    await this.#schedule();
  }

  /** Forgets the room: the object is as new. */
  async #wipe(): Promise<void> {
    const roomId = this.#state?.roomId;
    this.#state = undefined;
    this.#stored = undefined;
    this.#reported = undefined;
    this.#keys.forget();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    if (roomId !== undefined) {
      this.ctx.waitUntil(
        directoryOf(this.env, roomId)
          .remove(roomId)
          .catch(() => undefined),
      );
    }
  }

  async #perform(roomId: string, effect: Effect): Promise<void> {
    switch (effect.type) {
      case 'send': {
        const { message } = effect;
        const complete = message.type === 'joined' ? { ...message, media: clientMediaSettings } : message;
        return sendMessage(this.#sockets.client(effect.connectionId), complete);
      }
      case 'disconnect': {
        const socket = this.#sockets.client(effect.connectionId);
        if (socket === undefined) return;
        return closeQuietly(socket, effect.code === undefined ? 1000 : closeCode(effect.code), effect.reason);
      }
      case 'place':
        // Not awaited: whatever happens meanwhile does not wait for the Fleet.
        this.ctx.waitUntil(this.#place(roomId, effect.exclude));
        return;
      case 'assign': {
        const { nodeId, epoch } = effect;
        const assignment = await signAssignment(await this.#keys.get(), nodeId, roomId, epoch);
        await FleetObject.of(this.env, REGION).assign(nodeId, roomId, epoch, assignment);
        return;
      }
      case 'welcome': {
        const { nodeId, epoch } = effect;
        const assignment = await signAssignment(await this.#keys.get(), nodeId, roomId, epoch);
        const link = this.#sockets.link(nodeId, epoch);
        return sendMessage(link, { type: 'welcome', version: PROTOCOL_VERSION, assignment });
      }
      case 'open-session': {
        const { nodeId, epoch, participantId, grants, requestOffers } = effect;
        const content = { room: roomId, epoch, grants, requestOffers };
        const ticket = await signTicket(await this.#keys.get(), nodeId, participantId, content);
        return sendMessage(this.#sockets.link(nodeId, epoch), {
          type: 'open-session',
          participantId,
          ticket,
        });
      }
      case 'link-send':
        return sendMessage(this.#sockets.link(effect.nodeId, effect.epoch), effect.message);
      default:
        effect satisfies never;
    }
  }

  async #place(roomId: string, exclude: string[]): Promise<void> {
    try {
      // The key is wanted right after, so both are fetched at once.
      const [nodeId] = await Promise.all([
        FleetObject.of(this.env, REGION).place(roomId, exclude),
        this.#keys.get(),
      ]);
      await this.#do(nodeId === undefined ? { type: 'placement-failed' } : { type: 'placed', nodeId });
    } catch (error) {
      logError('placement failed', { roomId, error });
      await this.#do({ type: 'placement-failed' });
    }
  }
}

function refuseJoin(socket: WebSocket, code: ErrorCode, message: string): void {
  sendMessage(socket, { type: 'error', code, message, requestType: 'join' });
  closeQuietly(socket, closeCode(code), message);
}

function logError(event: string, fields: { roomId: string; effect?: string; error: unknown }): void {
  const { error, ...rest } = fields;
  console.error(
    JSON.stringify({
      level: 'error',
      event,
      ...rest,
      error: error instanceof Error ? error.message : String(error),
    }),
  );
}
