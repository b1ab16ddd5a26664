import { NODE_STOPS } from '@parley/protocol/link-messages';
import type { TurnId } from '@parley/room/commands';
import { isOutgoing, recorderOf } from '@parley/room/recorder-link';
import { log } from '../log.ts';
import { closeQuietly, closeWithError } from '../sockets.ts';
import type { RecorderAttachment } from './attachments.ts';
import { readRecorderMessage } from './recorder-intake.ts';
import type { RoomKeeper } from './room-keeper.ts';
import type { RoomSockets } from './room-sockets.ts';

const STALE = 'The recording is over, or another recorder has it; stop yours.';

/** Where recorders come to a room: decides which of what they send reaches its rules. */
export class RecorderDoor {
  readonly #room: RoomKeeper;
  readonly #sockets: RoomSockets;

  constructor(room: RoomKeeper, sockets: RoomSockets) {
    this.#room = room;
    this.#sockets = sockets;
  }

  /** Takes a recorder's socket, which has yet to say hello; the Worker has verified its assignment. */
  accept(query: URLSearchParams): Response {
    const turn: TurnId = {
      recorderId: query.get('recorder') ?? '',
      recordingId: query.get('recording') ?? '',
      epoch: Number(query.get('epoch')),
    };
    return this.#isCurrent(turn) ? this.#sockets.recorders.accept(turn) : new Response(null, { status: 409 });
  }

  async message(socket: WebSocket, link: RecorderAttachment, data: string | ArrayBuffer): Promise<void> {
    const { turn } = link;
    const message = readRecorderMessage(socket, link, data);
    if (message === undefined) return;
    // One that has said that it cannot go on, and says so again, is listened to all the same.
    if (message.type === 'failed' && link.open && this.#isOutgoing(turn)) return;
    if (!this.#isCurrent(turn)) return closeWithError(socket, 'assignment_stale', STALE);
    switch (message.type) {
      case 'hello': {
        this.#sockets.recorders.open(socket, link);
        const { incarnation, target } = message;
        return this.#room.do({ type: 'recorder-linked', ...turn, incarnation, target });
      }
      case 'failed': {
        const { code, message: words } = message;
        const { recorderId, recordingId } = turn;
        log.warn('recorder failed', { recordingId, recorderId, code, message: words.slice(0, 500) });
        await this.#room.do({ type: 'recorder-failed', ...turn, code, message: words });
        // One that records is listened to until another one does.
        return link.open ? undefined : closeQuietly(socket, 1000, 'Noted.');
      }
      default:
        message satisfies never;
    }
  }

  async closed({ turn, open }: RecorderAttachment, code: number): Promise<void> {
    if (open) await this.#room.do({ type: 'recorder-unlinked', ...turn, stopped: code === NODE_STOPS });
  }

  #isOutgoing(turn: TurnId): boolean {
    const { state } = this.#room;
    return state !== undefined && isOutgoing(state, turn);
  }

  #isCurrent(turn: TurnId): boolean {
    const { state } = this.#room;
    return state !== undefined && recorderOf(state, turn) !== undefined;
  }
}
