import { DurableObject } from 'cloudflare:workers';
import type { Ban, LobbyGuest, ModeratedBy, ModerationAction } from '@parley/protocol/moderation';
import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import { jurisdictionOf } from '@parley/protocol/residency';
import type {
  CreateRoomRequest,
  ParticipantDetails,
  Recording,
  RoomDetails,
  RoomStats,
  UpdateRoomRequest,
} from '@parley/protocol/rest';
import type { DurableEvent } from '@parley/protocol/server-messages';
import type { HistoryQuery } from '@parley/protocol/stats';
import type { RecordingFacts } from '@parley/recording/facts';
import { isBanned } from '@parley/room/bans';
import { keysNeeded } from '@parley/room/lobby';
import { moderationRefusal, type TokenModerator, tokenRefusal } from '@parley/room/moderation';
import { details, lobbyGuest, participantDetails } from '@parley/room/views';
import { originOf } from '../client-origin.ts';
import type { Environment } from '../environment.ts';
import { within } from '../residency/within.ts';
import { failure, type Result, success } from '../result.ts';
import { closeQuietly } from '../sockets.ts';
import { attachmentOf } from './attachments.ts';
import { ClientDoor } from './client-door.ts';
import { LinkDoor } from './link-door.ts';
import type { Maker } from './make-room.ts';
import { RecorderDoor } from './recorder-door.ts';
import { RecordingDesk, type Recordist } from './recording-desk.ts';
import { recordingFacts } from './recording-memory.ts';
import { makeResumeKeys } from './resume-secret.ts';
import { RoomKeeper } from './room-keeper.ts';
import { RoomSockets } from './room-sockets.ts';
import { roomStats } from './room-stats.ts';

/**
 * A room: the shell around the rules in `@parley/room`. It turns sockets, calls and alarms into commands; {@link RoomKeeper}
 * keeps the state and has the effects carried out, {@link ClientDoor} reads what clients send. Decides nothing itself.
 */
export class RoomObject extends DurableObject<Environment> {
  readonly #sockets: RoomSockets;
  readonly #room: RoomKeeper;
  readonly #clients: ClientDoor;
  readonly #links: LinkDoor;
  readonly #recorders: RecorderDoor;
  readonly #recordings: RecordingDesk;

  static of(env: Environment, roomId: string): DurableObjectStub<RoomObject> {
    return within(env.ROOMS, jurisdictionOf(roomId)).getByName(roomId);
  }

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    this.#sockets = new RoomSockets(ctx);
    this.#room = new RoomKeeper(ctx, env, this.#sockets);
    this.#clients = new ClientDoor(this.#room, this.#sockets);
    this.#links = new LinkDoor(this.#room, this.#sockets);
    this.#recorders = new RecorderDoor(this.#room, this.#sockets);
    this.#recordings = new RecordingDesk(this.#room);
    ctx.blockConcurrencyWhile(() => this.#room.load());
  }

  override async alarm(): Promise<void> {
    this.#clients.dismissLate(Date.now());
    await this.#room.wake();
  }

  // ─── Calls from the Worker ───────────────────────────────────────────────────────────────────────────────────

  /** Takes the sockets that the Worker hands over: clients at `/client`, nodes and recorders whose assignment it verified at `/link` and `/recorder`. */
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === '/client') {
      return this.#clients.accept(url.searchParams.get('room') ?? '', originOf(request));
    }
    if (url.pathname === '/recorder') return this.#recorders.accept(url.searchParams);
    return this.#links.accept(url.searchParams);
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
    const media = await this.#links.stats(linked, history);
    if (media === undefined) {
      return failure('media_unavailable', 'The media node did not answer in time; ask again in a moment.');
    }
    return this.#room.state === undefined ? undefined : success(roomStats(this.#room.state, media));
  }

  /** Starts to record the room; answers once a recorder does. Undefined when there is no room. */
  startRecording(options: RecordingOptions, who: Recordist): Promise<Result<Recording> | undefined> {
    return this.#recordings.start(options, who);
  }

  /** Stops the recording. Undefined when there is no room. */
  stopRecording(who: Recordist): Promise<Result<Recording> | undefined> {
    return this.#recordings.stop(who);
  }

  /** What the room knows of a recording that goes on here, or whose end is yet to be heard of; undefined when it knows nothing. */
  recordingFacts(recordingId: string): Pick<RecordingFacts, 'turns' | 'stopped'> | undefined {
    const { state, lastNews } = this.#room;
    return (state && recordingFacts(state, recordingId)) ?? lastNews.facts(recordingId);
  }

  // ─── Sockets ─────────────────────────────────────────────────────────────────────────────────────────────────

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const attachment = attachmentOf(socket);
    switch (attachment.role) {
      case 'client':
        return this.#clients.message(socket, attachment, data);
      case 'link':
        return this.#links.message(socket, attachment, data);
      case 'recorder':
        return this.#recorders.message(socket, attachment, data);
    }
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    const attachment = attachmentOf(socket);
    closeQuietly(socket, 1000, '');
    switch (attachment.role) {
      case 'client':
        return this.#clients.closed(attachment);
      case 'link':
        return this.#links.closed(attachment, code);
      case 'recorder':
        return this.#recorders.closed(attachment, code);
    }
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    return this.webSocketClose(socket, 1006);
  }
}
