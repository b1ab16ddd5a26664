import { closeCode } from '@parley/protocol/errors';
import { NODE_STOPS, type RoomLinkMessage } from '@parley/protocol/link-messages';
import type { HistoryQuery, RoomMediaStats } from '@parley/protocol/stats';
import { isCurrent } from '@parley/room/links';
import type { Assignment } from '@parley/room/state';
import { closeWithError } from '../sockets.ts';
import type { LinkAttachment } from './attachments.ts';
import { readLinkMessage } from './link-intake.ts';
import { LinkRequests } from './link-requests.ts';
import type { RoomKeeper } from './room-keeper.ts';
import { type RoomSockets, sendMessage } from './room-sockets.ts';

/** Where media nodes come to a room: decides which of what they send reaches its rules. */
export class LinkDoor {
  readonly #room: RoomKeeper;
  readonly #sockets: RoomSockets;
  readonly #requests = new LinkRequests();

  constructor(room: RoomKeeper, sockets: RoomSockets) {
    this.#room = room;
    this.#sockets = sockets;
  }

  /** Takes a node's socket, which has yet to say hello; the Worker has verified its assignment. */
  accept(query: URLSearchParams): Response {
    const nodeId = query.get('node') ?? '';
    const epoch = Number(query.get('epoch'));
    if (!this.#isCurrent(nodeId, epoch)) return new Response(null, { status: 409 });
    return this.#sockets.acceptLink(nodeId, epoch);
  }

  async message(socket: WebSocket, link: LinkAttachment, data: string | ArrayBuffer): Promise<void> {
    const { nodeId, epoch } = link;
    const message = readLinkMessage(socket, link, data);
    if (message === undefined) return;
    switch (message.type) {
      case 'hello': {
        if (!this.#isCurrent(nodeId, epoch)) {
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
        return this.#room.do({ ...message, nodeId, nodeEpoch: epoch });
      case 'session-report':
        return this.#room.webhooks.sessionReported(message.participantId, message.report);
      default:
        return this.#room.do({ type: 'link-report', nodeId, epoch, report: message });
    }
  }

  async closed({ nodeId, epoch, open }: LinkAttachment, code: number): Promise<void> {
    const stopped = code === NODE_STOPS || code === closeCode('room_closed');
    if (open) await this.#room.do({ type: 'link-closed', nodeId, epoch, stopped });
  }

  /** Asks a node what it measures; undefined when it does not answer in time. */
  stats({ nodeId, epoch }: Assignment, history?: HistoryQuery): Promise<RoomMediaStats | undefined> {
    const link = this.#sockets.link(nodeId, epoch);
    return this.#requests.ask((requestId) => {
      const question: RoomLinkMessage = { type: 'get-stats', requestId, ...(history && { history }) };
      sendMessage(link, question);
    });
  }

  #isCurrent(nodeId: string, epoch: number): boolean {
    const { state } = this.#room;
    return state !== undefined && isCurrent(state, nodeId, epoch);
  }
}
