import type { RoomLinkMessage } from '@parley/protocol/link-messages';
import type { ServerMessage } from '@parley/protocol/server-messages';
import { closeQuietly, sendQuietly } from '../sockets.ts';
import {
  attachmentOf,
  type ClientAttachment,
  clientTag,
  type LinkAttachment,
  linkTag,
} from './attachments.ts';

/** The Room's sockets, found by what they are for. Hibernating: the runtime keeps them, their attachments say what they are. */
export class RoomSockets {
  readonly #ctx: DurableObjectState;
  /** Connections that have not joined, with the time they were opened: known without looking at every socket. */
  readonly #waiting = new Map<string, number>();

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    for (const socket of ctx.getWebSockets()) {
      const attachment = attachmentOf(socket);
      if (attachment.role !== 'client' || attachment.joined) continue;
      this.#waiting.set(attachment.connectionId, attachment.openedAt);
    }
    // Answered without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  /** Accepts a client's socket, which has yet to join. */
  acceptClient(roomId: string): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    const connectionId = crypto.randomUUID();
    this.#ctx.acceptWebSocket(server, [clientTag(connectionId)]);
    const attachment: ClientAttachment = {
      role: 'client',
      roomId,
      connectionId,
      openedAt: Date.now(),
      joined: false,
    };
    server.serializeAttachment(attachment);
    this.#waiting.set(connectionId, attachment.openedAt);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Accepts a node's link, which has yet to say hello. */
  acceptLink(nodeId: string, epoch: number): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, [linkTag(nodeId)]);
    server.serializeAttachment({ role: 'link', nodeId, epoch, open: false } satisfies LinkAttachment);
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

  client(connectionId: string): WebSocket | undefined {
    return this.#ctx.getWebSockets(clientTag(connectionId))[0];
  }

  /** Marks a client's socket as joined. */
  join(socket: WebSocket, client: ClientAttachment): void {
    socket.serializeAttachment({ ...client, joined: true } satisfies ClientAttachment);
    this.#waiting.delete(client.connectionId);
  }

  /** Connections that have not joined. */
  waiting(): { connectionId: string; openedAt: number }[] {
    return [...this.#waiting].map(([connectionId, openedAt]) => ({ connectionId, openedAt }));
  }

  /** A connection is gone, or given up. */
  forgetWaiting(connectionId: string): void {
    this.#waiting.delete(connectionId);
  }

  /** Closes every socket of the room. */
  closeAll(code: number, reason: string): void {
    for (const socket of this.#ctx.getWebSockets()) closeQuietly(socket, code, reason);
    this.#waiting.clear();
  }
}

/** Sends a message, if the socket still takes it. */
export function sendMessage(socket: WebSocket | undefined, message: ServerMessage | RoomLinkMessage): void {
  sendQuietly(socket, JSON.stringify(message));
}
