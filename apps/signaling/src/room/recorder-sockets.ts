import type { TurnId } from '@parley/room/commands';
import { closeQuietly, closeWithError } from '../sockets.ts';
import { attachmentOf, type RecorderAttachment, recorderTag } from './attachments.ts';
import { isSilent, LINK_SILENCE } from './silence.ts';

/** The links of a Room's recorders, found by whose turn they are of. */
export class RecorderSockets {
  readonly #ctx: DurableObjectState;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  /** Accepts a recorder's link, which has yet to say hello. */
  accept({ recordingId, recorderId, epoch }: TurnId): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, [recorderTag(recorderId)]);
    const turn = { recordingId, recorderId, epoch };
    const attachment: RecorderAttachment = { role: 'recorder', turn, openedAt: Date.now(), open: false };
    server.serializeAttachment(attachment);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Makes `socket` the one link of its recorder in this turn; older ones are closed. */
  open(socket: WebSocket, link: RecorderAttachment): void {
    for (const other of this.#ctx.getWebSockets(recorderTag(link.turn.recorderId))) {
      const attachment = attachmentOf(other);
      if (other === socket || attachment.role !== 'recorder' || !isSameTurn(attachment.turn, link.turn))
        continue;
      other.serializeAttachment({ ...attachment, open: false });
      closeQuietly(other, 1000, 'The recorder has opened a newer link.');
    }
    socket.serializeAttachment({ ...link, open: true } satisfies RecorderAttachment);
  }

  /** The open link of a recorder in its turn. */
  find(turn: TurnId): WebSocket | undefined {
    return this.#ctx.getWebSockets(recorderTag(turn.recorderId)).find((socket) => {
      const link = attachmentOf(socket);
      if (link.role !== 'recorder' || !link.open || socket.readyState !== WebSocket.OPEN) return false;
      return isSameTurn(link.turn, turn);
    });
  }

  /** Closes a link whose recorder has not pinged for a while: a machine that is cut off closes nothing. */
  closeIfSilent(turn: TurnId, now: number): void {
    const socket = this.find(turn);
    if (socket === undefined || !isSilent(this.#ctx, socket, LINK_SILENCE, now)) return;
    closeWithError(socket, 'slow_reader', 'No ping came for a while; open another link.');
  }
}

function isSameTurn(a: TurnId, b: TurnId): boolean {
  return a.recordingId === b.recordingId && a.epoch === b.epoch;
}
