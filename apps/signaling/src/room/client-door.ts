import type { Join } from '@parley/protocol/client-messages';
import type { ErrorCode } from '@parley/protocol/errors';
import { type Allowance, TokenBucket } from '@parley/protocol/token-bucket';
import { unfitFor } from '@parley/room/admission';
import type { Command } from '@parley/room/commands';
import { keysNeeded } from '@parley/room/lobby';
import { returning } from '@parley/room/membership';
import { admit } from '../access/authentication.ts';
import type { ClientOrigin } from '../client-origin.ts';
import { JOIN_TIMEOUT, JOIN_TIMEOUT_MESSAGE } from '../join-deadline.ts';
import { accessSettings } from '../settings.ts';
import { closeWithError } from '../sockets.ts';
import { attachmentOf, type ClientAttachment } from './attachments.ts';
import { ChatLimits } from './chat-limits.ts';
import { ClientIntake } from './client-intake.ts';
import { Joining } from './joining.ts';
import { hashResumeSecret, makeResumeKey, makeResumeKeys } from './resume-secret.ts';
import type { RoomKeeper } from './room-keeper.ts';
import { logRefusal } from './room-log.ts';
import { type RoomSockets, sendMessage } from './room-sockets.ts';

/** Most sockets that may wait to join the room; a room that fills at once has them joined in a moment. */
const MAX_WAITING = 256;
const CROWDED = 'Too many sockets wait to join this room; try again in a moment.';
/** Joins and returns of all together: each is told to everybody, and a deploy brings a full room back in a second or two. */
const JOINS: Allowance = { rate: 50, burst: 500 };

type JoinCommand = Extract<Command, { type: 'join' }>;

/** Where clients come to a room: decides which of what they send reaches its rules. */
export class ClientDoor {
  readonly #room: RoomKeeper;
  readonly #sockets: RoomSockets;
  readonly #intake = new ClientIntake();
  readonly #joining = new Joining();
  readonly #chats = new ChatLimits();
  readonly #joins = new TokenBucket(JOINS, Date.now());

  constructor(room: RoomKeeper, sockets: RoomSockets) {
    this.#room = room;
    this.#sockets = sockets;
  }

  /** Takes a client's socket, which has yet to join. */
  async accept(roomId: string, origin: ClientOrigin): Promise<Response> {
    const waiting = this.#sockets.waiting();
    // Who has been silent for longest goes, not the newest: who means to join says so at once.
    if (waiting.length >= MAX_WAITING) this.#dismiss(waiting[0]?.connectionId, 'server_busy', CROWDED);
    const response = this.#sockets.acceptClient(roomId, origin);
    await this.#room.schedule();
    return response;
  }

  /** Sends those away who have waited too long without joining. */
  dismissLate(now: number): void {
    for (const { connectionId, since } of this.#sockets.waiting()) {
      if (now < since + JOIN_TIMEOUT) continue;
      this.#dismiss(connectionId, 'join_timeout', JOIN_TIMEOUT_MESSAGE);
    }
  }

  /** A client's socket is gone. */
  async closed({ connectionId }: ClientAttachment): Promise<void> {
    await this.#joining.settled(connectionId);
    this.#sockets.forget(connectionId);
    this.#intake.forget(connectionId);
    return this.#room.do({ type: 'connection-closed', connectionId });
  }

  /** A client says something; resolves when it is dealt with. */
  async message(socket: WebSocket, client: ClientAttachment, data: string | ArrayBuffer): Promise<void> {
    const joining = this.#joining.settled(client.connectionId, lengthOf(data));
    if (joining !== undefined) {
      if (await joining) return this.#reread(socket, data);
      return closeWithError(socket, 'message_too_large', 'Wait for joined before sending more.');
    }
    this.#sockets.heard(client.connectionId);
    const message = this.#intake.read(socket, client, data, () => this.#mayChat(client.connectionId));
    if (message === undefined) return;
    if (message.type === 'join') return this.#join(socket, client, message);
    // Who asks something of its session may do so because the node is gone.
    this.#room.missLostLinks();
    if (message.type === 'leave' && message.report !== undefined) {
      const participantId = this.#room.participantOf(client.connectionId);
      if (participantId !== undefined) this.#room.webhooks.clientReported(participantId, message.report);
    }
    const { connectionId } = client;
    const needed = message.type === 'moderate' ? keysNeeded(message.request) : 0;
    if (needed === 0) return this.#room.do({ type: 'client-message', connectionId, message });
    const resumeKeys = await makeResumeKeys(needed);
    return this.#room.do({ type: 'client-message', connectionId, message, resumeKeys });
  }

  /** By now it has joined, or was refused. */
  async #reread(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const attachment = attachmentOf(socket);
    if (attachment.role === 'client') await this.message(socket, attachment, data);
  }

  #mayChat(connectionId: string): boolean {
    const participants = this.#room.state?.participants ?? {};
    const speaker = Object.values(participants).find((one) => one.connectionId === connectionId);
    if (speaker === undefined) return true;
    return this.#chats.take(speaker.participantId, Date.now(), (id) => Object.hasOwn(participants, id));
  }

  async #join(socket: WebSocket, client: ClientAttachment, request: Join): Promise<void> {
    const { connectionId, roomId } = client;
    // On a joined socket the rules refuse a second join, and the first stays.
    if (client.joined) return this.#room.do(await this.#joinCommand(client, request, crypto.randomUUID()));
    // The object does not know its own name: what the socket was opened for decides, not what a stranger says.
    const refusal = unfitFor(roomId, request);
    if (refusal !== undefined) return refuseJoin(socket, client, ...refusal);
    this.#sockets.saidJoin(connectionId, Date.now());
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
    const { state } = this.#room;
    const isBack = state !== undefined && returning(state, request, command.shownHash) !== undefined;
    // A stranger makes no room, and takes nobody's turn.
    if (!isBack && 'code' in command.access) {
      refuseJoin(socket, client, command.access.code, command.access.message);
      return;
    }
    if (!this.#joins.take(Date.now())) {
      refuseJoin(socket, client, 'server_busy', CROWDED);
      return;
    }
    if (isBack) {
      // It has had its place all along.
      const { address: _, ...back } = command;
      this.#sockets.join(socket, client);
      return { done: this.#room.do(back) };
    }
    let isHeld = false;
    try {
      const place = await this.#room.places.reserveParticipant(origin.address, participantId, roomId);
      isHeld = place.ok;
      const room = place.ok ? await this.#room.findOrCreate(roomId, origin.address) : place;
      if (!room.ok) {
        refuseJoin(socket, client, room.code, room.message);
        return;
      }
      if (socket.readyState !== WebSocket.OPEN) return;
      this.#sockets.join(socket, client);
      isHeld = false;
      return { done: this.#room.do(command) };
    } finally {
      if (isHeld) this.#room.places.freeParticipant(origin.address, participantId);
      this.#room.places.settled(participantId);
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

  /** Closes a socket that waits to join. */
  #dismiss(connectionId: string | undefined, code: ErrorCode, message: string): void {
    if (connectionId === undefined) return;
    const socket = this.#sockets.client(connectionId);
    sendMessage(socket, { type: 'error', code, message });
    if (socket !== undefined) closeWithError(socket, code, message);
    this.#sockets.forget(connectionId);
  }
}

function lengthOf(data: string | ArrayBuffer): number {
  return typeof data === 'string' ? data.length : data.byteLength;
}

function refuseJoin(socket: WebSocket, client: ClientAttachment, code: ErrorCode, message: string): void {
  logRefusal(client, code, 'join');
  sendMessage(socket, { type: 'error', code, message, requestType: 'join' });
  closeWithError(socket, code, message);
}
