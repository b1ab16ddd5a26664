import type { RoomLinkMessage } from '@parley/protocol/link-messages';
import type { RoomRecorderMessage } from '@parley/protocol/recording/recorder-link';
import type { ServerMessage } from '@parley/protocol/server-messages';
import type { ClientOrigin } from '../client-origin.ts';
import { closeQuietly, closeWithError, sendQuietly } from '../sockets.ts';
import {
  attachmentOf,
  type ClientAttachment,
  clientTag,
  type LinkAttachment,
  linkTag,
} from './attachments.ts';
import { RecorderSockets } from './recorder-sockets.ts';
import { hasPinged, isSilent, LINK_SILENCE } from './silence.ts';

/** Most that is sent to a client that says nothing, UTF-16 units: offers for a room of a hundred are answered long before. */
const MAX_UNANSWERED = 4 * 1024 * 1024;
/** A ping this recent is an answer, ms. */
const UNANSWERED_PING = 60_000;
/** A client that pings and has not for this long has lost its network, ms: three pings. */
const SILENCE = 80_000;

/** The Room's sockets, found by what they are for. Hibernating: the runtime keeps them, their attachments say what they are. */
export class RoomSockets {
  readonly recorders: RecorderSockets;
  readonly #ctx: DurableObjectState;
  /** Connections that have not joined, with the time since which they wait, oldest first: known without looking at every socket. */
  readonly #waiting = new Map<string, number>();
  /** What was sent to connections since they were last heard, UTF-16 units. */
  readonly #unanswered = new Map<string, number>();
  /** The message that was sent last, as text. */
  #latest: { message: ServerMessage; text: string } | undefined;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    this.recorders = new RecorderSockets(ctx);
    for (const socket of ctx.getWebSockets()) {
      const attachment = attachmentOf(socket);
      if (attachment.role !== 'client' || attachment.joined) continue;
      this.#waiting.set(attachment.connectionId, attachment.openedAt);
    }
    // Answered without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** Accepts a client's socket, which has yet to join. */
  acceptClient(roomId: string, origin: ClientOrigin): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    const connectionId = crypto.randomUUID();
    this.#ctx.acceptWebSocket(server, [clientTag(connectionId)]);
    const attachment: ClientAttachment = {
      role: 'client',
      roomId,
      connectionId,
      openedAt: Date.now(),
      joined: false,
      origin,
    };
    server.serializeAttachment(attachment);
    this.#waiting.set(connectionId, attachment.openedAt);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Accepts a node's link, which has yet to say hello. */
  acceptLink(nodeId: string, epoch: number): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, [linkTag(nodeId)]);
    const attachment: LinkAttachment = { role: 'link', nodeId, epoch, openedAt: Date.now(), open: false };
    server.serializeAttachment(attachment);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Makes `socket` the one link of its node; older ones are closed. */
  openLink(socket: WebSocket, link: LinkAttachment): void {
    for (const other of this.#ctx.getWebSockets(linkTag(link.nodeId))) {
      const attachment = attachmentOf(other);
      if (other === socket || (attachment.role === 'link' && attachment.epoch > link.epoch)) continue;
      other.serializeAttachment({ ...attachment, open: false });
      closeQuietly(other, 1000, 'The node has opened a newer link.');
    }
    socket.serializeAttachment({ ...link, open: true } satisfies LinkAttachment);
  }

  /** The open link of a node in an epoch. */
  link(nodeId: string, epoch: number): WebSocket | undefined {
    return this.#ctx.getWebSockets(linkTag(nodeId)).find((socket) => {
      const attachment = attachmentOf(socket);
      const current = attachment.role === 'link' && attachment.open && attachment.epoch === epoch;
      return current && socket.readyState === WebSocket.OPEN;
    });
  }

  /** The open socket of a client. */
  client(connectionId: string): WebSocket | undefined {
    const sockets = this.#ctx.getWebSockets(clientTag(connectionId));
    return sockets.find((socket) => socket.readyState === WebSocket.OPEN);
  }

  /** A connection has said join, which may take its time: its wait begins anew. */
  saidJoin(connectionId: string, now: number): void {
    if (this.#waiting.delete(connectionId)) this.#waiting.set(connectionId, now);
  }

  /** Marks a client's socket as joined. */
  join(socket: WebSocket, client: ClientAttachment): void {
    socket.serializeAttachment({ ...client, joined: true } satisfies ClientAttachment);
    this.#waiting.delete(client.connectionId);
  }

  /** Connections that have not joined, oldest first. */
  waiting(): { connectionId: string; since: number }[] {
    return [...this.#waiting].map(([connectionId, since]) => ({ connectionId, since }));
  }

  /** A connection is gone, or given up. */
  forget(connectionId: string): void {
    this.#waiting.delete(connectionId);
    this.#unanswered.delete(connectionId);
  }

  /** Something came from a client. */
  heard(connectionId: string): void {
    this.#unanswered.delete(connectionId);
  }

  /**
   * Sends to a client, if it still takes it. The runtime does not tell what waits unread (workerd issue 988), so a client
   * that is sent very much without a word or a ping in return counts as a slow reader and is cut off.
   */
  send(connectionId: string, message: ServerMessage): void {
    const socket = this.client(connectionId);
    if (socket === undefined) return;
    const text = this.#textOf(message);
    const unanswered = (this.#unanswered.get(connectionId) ?? 0) + text.length;
    if (unanswered > MAX_UNANSWERED && !hasPinged(this.#ctx, socket, UNANSWERED_PING, Date.now())) {
      closeWithError(
        socket,
        'slow_reader',
        'Much was sent and nothing came back; read faster, and send ping.',
      );
      return;
    }
    this.#unanswered.set(connectionId, unanswered > MAX_UNANSWERED ? text.length : unanswered);
    sendQuietly(socket, text);
  }

  /** What goes to everybody is written once. */
  #textOf(message: ServerMessage): string {
    if (this.#latest?.message !== message) this.#latest = { message, text: JSON.stringify(message) };
    return this.#latest.text;
  }

  /** Closes the socket of a client that should ping and has not for a while. */
  closeIfSilent(connectionId: string, now: number): void {
    const socket = this.client(connectionId);
    if (socket === undefined || !isSilent(this.#ctx, socket, SILENCE, now)) return;
    closeWithError(socket, 'slow_reader', 'No ping came for a while; come back.');
  }

  /** Closes a link whose node has not pinged for a while: a machine that is cut off closes nothing. */
  closeLinkIfSilent(nodeId: string, epoch: number, now: number): void {
    const socket = this.link(nodeId, epoch);
    if (socket === undefined || !isSilent(this.#ctx, socket, LINK_SILENCE, now)) return;
    closeWithError(socket, 'slow_reader', 'No ping came for a while; open another link.');
  }

  /** Closes every socket of the room. */
  closeAll(code: number, reason: string): void {
    for (const socket of this.#ctx.getWebSockets()) closeQuietly(socket, code, reason);
    this.#waiting.clear();
    this.#unanswered.clear();
  }
}

/** Sends a message, if the socket still takes it. */
export function sendMessage(
  socket: WebSocket | undefined,
  message: ServerMessage | RoomLinkMessage | RoomRecorderMessage,
): void {
  sendQuietly(socket, JSON.stringify(message));
}
