import { DurableObject } from 'cloudflare:workers';
import { closeCode } from '@parley/protocol/errors';
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
import type { HistoryQuery } from '@parley/protocol/stats';
import { isBanned } from '@parley/room/bans';
import { isCurrent } from '@parley/room/links';
import { keysNeeded } from '@parley/room/lobby';
import { moderationRefusal, type TokenModerator, tokenRefusal } from '@parley/room/moderation';
import { details, lobbyGuest, participantDetails } from '@parley/room/views';
import { originOf } from '../client-origin.ts';
import type { Environment } from '../environment.ts';
import { within } from '../residency/within.ts';
import { failure, type Result, success } from '../result.ts';
import { closeQuietly, closeWithError } from '../sockets.ts';
import { attachmentOf, type LinkAttachment } from './attachments.ts';
import { ClientDoor } from './client-door.ts';
import { readLinkMessage } from './link-intake.ts';
import { LinkRequests } from './link-requests.ts';
import type { Maker } from './make-room.ts';
import { makeResumeKeys } from './resume-secret.ts';
import { RoomKeeper } from './room-keeper.ts';
import { RoomSockets, sendMessage } from './room-sockets.ts';
import { roomStats } from './room-stats.ts';

/**
 * A room: the shell around the rules in `@parley/room`. It turns sockets, calls and alarms into commands; {@link RoomKeeper}
 * keeps the state and has the effects carried out, {@link ClientDoor} reads what clients send. Decides nothing itself.
 */
export class RoomObject extends DurableObject<Environment> {
  readonly #sockets: RoomSockets;
  readonly #room: RoomKeeper;
  readonly #clients: ClientDoor;
  readonly #requests = new LinkRequests();

  static of(env: Environment, roomId: string): DurableObjectStub<RoomObject> {
    return within(env.ROOMS, jurisdictionOf(roomId)).getByName(roomId);
  }

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    this.#sockets = new RoomSockets(ctx);
    this.#room = new RoomKeeper(ctx, env, this.#sockets);
    this.#clients = new ClientDoor(this.#room, this.#sockets);
    ctx.blockConcurrencyWhile(() => this.#room.load());
  }

  override async alarm(): Promise<void> {
    this.#clients.dismissLate(Date.now());
    await this.#room.wake();
  }

  // ─── Calls from the Worker ───────────────────────────────────────────────────────────────────────────────────

  /** Takes the sockets that the Worker hands over: clients at `/client`, nodes whose assignment it verified at `/link`. */
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === '/client') {
      return this.#clients.accept(url.searchParams.get('room') ?? '', originOf(request));
    }
    const nodeId = url.searchParams.get('node') ?? '';
    const epoch = Number(url.searchParams.get('epoch'));
    const { state } = this.#room;
    if (state === undefined || !isCurrent(state, nodeId, epoch)) return new Response(null, { status: 409 });
    return this.#sockets.acceptLink(nodeId, epoch);
  }

  /** Makes the room with the given settings. */
  async create(roomId: string, request: CreateRoomRequest, maker: Maker): Promise<Result<RoomDetails>> {
    const created = await this.#room.create(roomId, request, maker);
    if (!created.ok) return created;
    return success(details(created.value));
  }

  /** Which of some places of limits the room holds. */
  holds(ids: readonly string[]): string[] {
    return this.#room.places.holds(this.#room.state, ids);
  }

  details(): RoomDetails | undefined {
    return this.#room.state === undefined ? undefined : details(this.#room.state);
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
    const { state } = this.#room;
    if (state === undefined) return undefined;
    const refusal =
      (token && tokenRefusal(state, token, request, Date.now())) ?? moderationRefusal(state, request);
    if (refusal !== undefined) return failure(...refusal);
    const resumeKeys = await makeResumeKeys(keysNeeded(request));
    await this.#room.do({ type: 'moderate', by, request, resumeKeys });
    return this.#room.state === undefined ? undefined : success(details(this.#room.state));
  }

  /** Changes the room's settings; undefined when there is no room. */
  async update(by: ModeratedBy, change: UpdateRoomRequest): Promise<RoomDetails | undefined> {
    const { lobby = true } = change;
    const resumeKeys = await makeResumeKeys(keysNeeded({ action: 'set-lobby', lobby }));
    await this.#room.do({ type: 'update', by, change, resumeKeys });
    return this.details();
  }

  participants(): ParticipantDetails[] | undefined {
    return this.#room.state && Object.values(this.#room.state.participants).map(participantDetails);
  }

  lobby(): LobbyGuest[] | undefined {
    return this.#room.state && Object.values(this.#room.state.lobby).map(lobbyGuest);
  }

  bans(): Ban[] | undefined {
    const now = Date.now();
    return (
      this.#room.state &&
      Object.values(this.#room.state.bans)
        .filter(({ until }) => until > now)
        .map(({ address: _address, ...ban }) => ban)
    );
  }

  /** Whether whoever has this identity is banned now. */
  isBanned(identity: string): boolean {
    const { state } = this.#room;
    const who = { identity, grants: { moderate: true } };
    return state !== undefined && isBanned(state, who, undefined, Date.now());
  }

  /** Of the latest durable events the first after one, oldest first. */
  events(after: number, most: number): DurableEvent[] | undefined {
    return this.#room.events(after, most);
  }

  /** Closes the room for everybody; false when there is none. */
  async close(): Promise<boolean> {
    if (this.#room.state === undefined) return false;
    await this.#room.do({ type: 'delete' });
    return true;
  }

  /**
   * The room's figures, measured on its node now; undefined when there is no room.
   *
   * @param history whether the last minutes are wanted as well, and of whom
   */
  async stats(history?: HistoryQuery): Promise<Result<RoomStats> | undefined> {
    if (this.#room.state === undefined) return undefined;
    const linked = Object.values(this.#room.state.assignments).find(
      (assignment) => assignment.state === 'linked',
    );
    if (linked === undefined) return success(roomStats(this.#room.state, { tracks: [], subscriptions: [] }));
    const link = this.#sockets.link(linked.nodeId, linked.epoch);
    const media = await this.#requests.ask((requestId) =>
      sendMessage(link, { type: 'get-stats', requestId, ...(history && { history }) }),
    );
    if (media === undefined) {
      return failure('media_unavailable', 'The media node did not answer in time; ask again in a moment.');
    }
    return this.#room.state === undefined ? undefined : success(roomStats(this.#room.state, media));
  }

  // ─── Sockets ─────────────────────────────────────────────────────────────────────────────────────────────────

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const attachment = attachmentOf(socket);
    switch (attachment.role) {
      case 'client':
        return this.#clients.message(socket, attachment, data);
      case 'link':
        return this.#linkMessage(socket, attachment, data);
    }
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    const attachment = attachmentOf(socket);
    closeQuietly(socket, 1000, '');
    switch (attachment.role) {
      case 'client':
        return this.#clients.closed(attachment);
      case 'link': {
        const { nodeId, epoch, open } = attachment;
        const stopped = code === NODE_STOPS || code === closeCode('room_closed');
        return open ? this.#room.do({ type: 'link-closed', nodeId, epoch, stopped }) : undefined;
      }
    }
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    return this.webSocketClose(socket, 1006);
  }

  async #linkMessage(socket: WebSocket, link: LinkAttachment, data: string | ArrayBuffer): Promise<void> {
    const { nodeId, epoch } = link;
    const message = readLinkMessage(socket, link, data);
    if (message === undefined) return;
    switch (message.type) {
      case 'hello': {
        if (this.#room.state === undefined || !isCurrent(this.#room.state, nodeId, epoch)) {
          return closeWithError(socket, 'assignment_stale', 'The room is served in a newer epoch.');
        }
        this.#sockets.openLink(socket, link);
        const { sessions, incarnation, publicUrl } = message;
        const known = { sessions, incarnation, ...(publicUrl !== undefined && { publicUrl }) };
        return this.#room.do({ type: 'link-opened', nodeId, epoch, ...known });
      }
      case 'stats':
        return this.#requests.answer(message.requestId, message.stats);
      case 'capture-event':
        return;
      case 'session-report':
        return this.#room.webhooks.sessionReported(message.participantId, message.report);
      default:
        return this.#room.do({ type: 'link-report', nodeId, epoch, report: message });
    }
  }
}
