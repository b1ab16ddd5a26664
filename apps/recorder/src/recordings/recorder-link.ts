import { decode } from '@parley/protocol/decode';
import { closeCode } from '@parley/protocol/errors';
import {
  type RecorderLinkMessage,
  RoomRecorderMessage,
  recorderLinkPath,
} from '@parley/protocol/recording/recorder-link';
import { isSupportedVersion } from '@parley/protocol/version';
import { backoffDelay, SOCKET_BACKOFF, STABLE_SOCKET_MS } from '@parley/service/backoff';
import { EdgeSocket, type EdgeSocketTuning, type SocketEnd } from '@parley/service/edge-socket';
import type { ThrottledLog } from '@parley/service/throttled-log';

/** What a link needs from the recording it belongs to. */
export interface RecorderLinkOptions {
  edgeUrl: string;
  roomId: string;
  recordingId: string;
  assignment: string;
  events: ThrottledLog;
  /** The first message on each socket. */
  first(): RecorderLinkMessage;
  onMessage(message: RoomRecorderMessage): void;
  /** The Room wants nothing more of this recorder. */
  onRevoked(end: SocketEnd): void;
  socketTuning?: EdgeSocketTuning;
}

/** The Room greets within this, or the socket is of no use, ms. */
const WELCOME_MS = 10_000;
const MAX_FRAME_BYTES = 1024 * 1024;

/** Closes after which the Room will not take this link again. Others tell of a moment or of one message only. */
const FINAL_CLOSES: ReadonlySet<number> = new Set(
  (
    [
      'assignment_invalid',
      'assignment_stale',
      'forbidden',
      'room_not_found',
      'room_closed',
      'recording_inactive',
      'unsupported_version',
    ] as const
  ).map(closeCode),
);

/** The socket to the Room object of a room that is recorded: opens with the assignment, comes back with backoff. */
export class RecorderLink {
  readonly #options: RecorderLinkOptions;
  #assignment: string;
  #socket: EdgeSocket | undefined;
  #up = false;
  #closed = false;
  #attempt = 0;
  #upSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RecorderLinkOptions) {
    this.#options = options;
    this.#assignment = options.assignment;
    this.#connect();
  }

  /** Whether the Room has greeted on the socket that is open now. */
  get up(): boolean {
    return this.#up;
  }

  /** Says something if the socket is open; what is said while it is not has to be said by {@link RecorderLinkOptions.first}. */
  send(message: RecorderLinkMessage): void {
    this.#socket?.send(message);
  }

  /** Ends the link; no handler is called any more. */
  close(code = 1000, reason = ''): void {
    this.#closed = true;
    this.#up = false;
    clearTimeout(this.#timer);
    this.#socket?.close(code, reason);
  }

  #connect(): void {
    const { edgeUrl, roomId, first, socketTuning } = this.#options;
    const socket = new EdgeSocket(
      `${edgeUrl}${recorderLinkPath(roomId)}`,
      this.#assignment,
      {
        onOpen: () => socket.send(first()),
        onMessage: (text) => this.#receive(text),
        onEnd: (end) => this.#ended(end),
      },
      socketTuning,
    );
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#drop({ code: 1002, reason: 'no welcome came' }), WELCOME_MS);
  }

  #receive(text: string): void {
    const { events, recordingId, onMessage } = this.#options;
    let message: RoomRecorderMessage;
    try {
      message = decode(RoomRecorderMessage, text, MAX_FRAME_BYTES);
    } catch (error) {
      // An edge newer than this recorder may say more than it understands.
      events.warn(
        'link-message-unread',
        { recordingId, error: String(error) },
        'a link message was not read',
      );
      return;
    }
    if (message.type === 'welcome') {
      if (!isSupportedVersion(message.version)) {
        this.#drop({ code: 1002, reason: `the edge speaks protocol version ${message.version}` });
        return;
      }
      clearTimeout(this.#timer);
      this.#assignment = message.assignment;
      this.#upSince = performance.now();
      this.#up = true;
    }
    onMessage(message);
  }

  #drop(end: SocketEnd): void {
    this.#socket?.close(end.code, end.reason);
    this.#ended(end);
  }

  #ended(end: SocketEnd): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#up = false;
    const { events, recordingId, roomId, onRevoked } = this.#options;
    const fields = { recordingId, roomId, code: end.code, reason: end.reason };
    if (FINAL_CLOSES.has(end.code)) {
      this.#closed = true;
      events.info('link-revoked', fields, 'the room wants nothing more of this recorder');
      onRevoked(end);
      return;
    }
    if (this.#upSince !== undefined && performance.now() - this.#upSince > STABLE_SOCKET_MS)
      this.#attempt = 0;
    this.#upSince = undefined;
    const delay = backoffDelay(SOCKET_BACKOFF, this.#attempt++, Math.random());
    events.warn('link-lost', { ...fields, retryMs: delay }, 'the link to a room is down; it is opened again');
    this.#timer = setTimeout(() => this.#connect(), delay);
  }
}
