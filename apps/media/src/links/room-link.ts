import { decode } from '@parley/protocol/decode';
import { closeCode } from '@parley/protocol/errors';
import {
  type LinkSession,
  linkPath,
  type NodeLinkMessage,
  RoomLinkMessage,
} from '@parley/protocol/link-messages';
import { isSupportedVersion, PROTOCOL_VERSION } from '@parley/protocol/version';
import { backoffDelay, SOCKET_BACKOFF, STABLE_SOCKET_MS } from '@parley/service/backoff';
import { EdgeSocket, type EdgeSocketTuning, type SocketEnd } from '@parley/service/edge-socket';
import type { ThrottledLog } from '@parley/service/throttled-log';
import type { Logger } from 'pino';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import type { LinkOutbox } from './link-outbox.ts';

/** What the Room says once the link is up. */
export type RoomCommand = Exclude<RoomLinkMessage, { type: 'welcome' }>;

/** What a link needs from the room it belongs to. */
export interface RoomLinkOptions {
  edgeUrl: string;
  roomId: string;
  assignment: string;
  incarnation: string;
  /** Where clients can open sessions of their own, if they can. */
  publicUrl: string | undefined;
  logger: Logger;
  events: ThrottledLog;
  metrics: Pick<NodeMetrics, 'linkMessage'>;
  /** The room's: what one link could not say, the next one does. */
  outbox: LinkOutbox;
  /** What this node still holds, for `hello`. */
  sessions(): LinkSession[];
  onCommand(command: RoomCommand): void;
  /** The link is up, again perhaps. */
  onUp(): void;
  /** The link is down and will be tried again. */
  onDown(): void;
  /** The Room wants nothing more of this node. */
  onRevoked(end: SocketEnd): void;
  socketTuning?: EdgeSocketTuning;
}

/** The Room greets within this, or the socket is of no use, ms. */
const WELCOME_MS = 10_000;
const MAX_FRAME_BYTES = 1024 * 1024;

/**
 * Closes after which the Room will not take this link again: the assignment is not valid or not current, the room is
 * gone, or the versions do not fit. Others tell of a moment or of one message only.
 */
const FINAL_CLOSES: ReadonlySet<number> = new Set(
  (
    [
      'assignment_invalid',
      'assignment_stale',
      'forbidden',
      'room_not_found',
      'room_closed',
      'unsupported_version',
    ] as const
  ).map(closeCode),
);

/** The socket to one Room object: opens with the assignment, comes back with backoff, keeps what could not be sent. */
export class RoomLink {
  readonly #options: RoomLinkOptions;
  #assignment: string;
  #socket: EdgeSocket | undefined;
  #saidHello = false;
  #up = false;
  #closed = false;
  #attempt = 0;
  #upSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RoomLinkOptions) {
    this.#options = options;
    this.#assignment = options.assignment;
    this.#connect();
  }

  /** Whether the Room has greeted on the socket that is open now. */
  get up(): boolean {
    return this.#up;
  }

  /** Sends a message, or keeps it for the next time the link is up. */
  send(message: NodeLinkMessage): void {
    if (this.#closed) return;
    // Once the Room has begun to close the socket, nothing arrives over it.
    const open = this.#socket?.open === true;
    // What hello would have told had it been later goes right behind it; the rest waits for its turn in the outbox.
    const told = this.#saidHello && message.type !== 'session-event';
    if (open && (this.#up || told)) this.#write(message);
    else this.#options.outbox.add(message);
  }

  /** Ends the link; no handler is called any more. */
  close(code = 1000, reason = ''): void {
    this.#closed = true;
    this.#up = false;
    clearTimeout(this.#timer);
    this.#socket?.close(code, reason);
  }

  #connect(): void {
    const { edgeUrl, roomId, incarnation, publicUrl, sessions, socketTuning } = this.#options;
    const socket = new EdgeSocket(
      `${edgeUrl}${linkPath(roomId)}`,
      this.#assignment,
      {
        onOpen: () => {
          this.#write({
            type: 'hello',
            version: PROTOCOL_VERSION,
            incarnation,
            ...(publicUrl !== undefined && { publicUrl }),
            sessions: sessions(),
          });
          this.#saidHello = true;
        },
        onMessage: (text) => this.#receive(text),
        onEnd: (end) => this.#ended(end),
      },
      socketTuning,
    );
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#drop({ code: 1002, reason: 'no welcome came' }), WELCOME_MS);
  }

  #receive(text: string): void {
    const { events, metrics, roomId, onCommand } = this.#options;
    metrics.linkMessage('in');
    let message: RoomLinkMessage;
    try {
      message = decode(RoomLinkMessage, text, MAX_FRAME_BYTES);
    } catch (error) {
      // An edge newer than this node may say more than it understands.
      events.warn('link-message-unread', { roomId, error: String(error) }, 'a link message was not read');
      return;
    }
    if (message.type !== 'welcome') {
      onCommand(message);
      return;
    }
    if (!isSupportedVersion(message.version)) {
      this.#drop({ code: 1002, reason: `the edge speaks protocol version ${message.version}` });
      return;
    }
    clearTimeout(this.#timer);
    this.#assignment = message.assignment;
    this.#upSince ??= performance.now();
    this.#up = true;
    // An edge of the version before says nothing.
    this.#options.onCommand({ type: 'set-room-media', media: message.media ?? {} });
    for (const kept of this.#options.outbox.drain()) this.#write(kept);
    this.#options.onUp();
  }

  #write(message: NodeLinkMessage): void {
    this.#options.metrics.linkMessage('out');
    this.#socket?.send(message);
  }

  #drop(end: SocketEnd): void {
    this.#socket?.close(end.code, end.reason);
    this.#ended(end);
  }

  #ended(end: SocketEnd): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#saidHello = false;
    this.#up = false;
    this.#socket = undefined;
    if (this.#upSince !== undefined && performance.now() - this.#upSince > STABLE_SOCKET_MS)
      this.#attempt = 0;
    this.#upSince = undefined;
    const { logger, roomId } = this.#options;
    if (FINAL_CLOSES.has(end.code)) {
      this.close();
      this.#options.onRevoked(end);
      return;
    }
    const delay = backoffDelay(SOCKET_BACKOFF, this.#attempt++, Math.random());
    logger.debug(
      { event: 'link-down', roomId, code: end.code, reason: end.reason, delay },
      'room link ended',
    );
    this.#timer = setTimeout(() => this.#connect(), delay);
    this.#options.onDown();
  }
}

/** The close code of a room that this node ended because nobody was in it and the Room was out of reach. */
export const ROOM_ENDED = closeCode('room_closed');
