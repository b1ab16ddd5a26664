import { MAX_CLIENT_MESSAGE_BYTES, SessionRequest } from '@parley/protocol/client-messages';
import { DecodeError, decode } from '@parley/protocol/decode';
import { closeCode, type ErrorCode } from '@parley/protocol/errors';
import type { SessionEvent } from '@parley/protocol/server-messages';
import { CLIENT_VOLUME, MAX_REFUSALS, SESSION_REQUESTS, TokenBucket } from '@parley/protocol/token-bucket';
import { type RawData, WebSocket } from 'ws';
import type { Carrier } from '../sessions/carrier.ts';

/** Text frames with which a client keeps its socket open. */
const PING = 'ping';
const PONG = 'pong';
/** Pings without a pong after which the client is gone. */
const MAX_UNANSWERED = 2;

/** Whoever handles what comes over a socket: a session. */
export interface RequestHandler {
  handle(request: SessionRequest): Promise<void>;
}

/**
 * A client's own socket to its session. Nothing is read before {@link start}; what it may cost is bounded on the way in
 * and out. When it is lost the session lives on: the client may come back over another.
 */
export class DirectSocket implements Carrier {
  readonly kind = 'direct';
  readonly #socket: WebSocket;
  readonly #maxBufferedBytes: number;
  readonly #requests = new TokenBucket(SESSION_REQUESTS, performance.now());
  readonly #volume = new TokenBucket(CLIENT_VOLUME, performance.now());
  #session: RequestHandler | undefined;
  #refusals = 0;
  #unanswered = 0;

  /** @param maxBufferedBytes a client that lets more than this wait unread is cut off */
  constructor(socket: WebSocket, maxBufferedBytes: number) {
    this.#socket = socket;
    this.#maxBufferedBytes = maxBufferedBytes;
    socket.pause();
    socket.on('message', (data, binary) => this.#receive(data, binary));
    socket.on('pong', () => {
      this.#unanswered = 0;
    });
    // Always followed by its end, which is all that matters.
    socket.on('error', () => undefined);
  }

  get lost(): boolean {
    return this.#socket.readyState !== WebSocket.OPEN;
  }

  /** Begins to read; the requests are this session's. */
  start(session: RequestHandler): void {
    this.#session = session;
    this.#socket.resume();
  }

  send(message: SessionEvent): void {
    this.#write(JSON.stringify(message));
  }

  close(code: ErrorCode, message: string): void {
    if (this.lost) return;
    this.send({ type: 'error', code, message });
    this.end(closeCode(code), code);
  }

  /** Ends the socket. @param code RFC 6455 §7.4 */
  end(code: number, reason: string): void {
    this.#session = undefined;
    // Or the client's answer to the close frame would not be read.
    this.#socket.resume();
    this.#socket.close(code, reason);
  }

  /** Asks the client for a sign of life, and gives it up when it has given none for too long. */
  probe(): void {
    if (this.lost) return;
    if (this.#unanswered >= MAX_UNANSWERED) {
      this.#socket.terminate();
      return;
    }
    this.#unanswered += 1;
    this.#socket.ping();
  }

  #receive(data: RawData, binary: boolean): void {
    const session = this.#session;
    if (session === undefined || this.lost || !Buffer.isBuffer(data)) return;
    const message = binary ? data : data.toString();
    const now = performance.now();
    if (!this.#requests.take(now) || !this.#volume.take(now, message.length)) {
      this.#refuse('rate_limited', `Send no more than ${SESSION_REQUESTS.rate} messages a second.`);
      return;
    }
    if (message === PING) {
      this.#write(PONG);
      return;
    }
    let request: SessionRequest;
    try {
      request = decode(SessionRequest, message, MAX_CLIENT_MESSAGE_BYTES);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#refuse(error.code, error.message, error.requestType);
      return;
    }
    void session.handle(request);
  }

  #refuse(code: ErrorCode, message: string, requestType?: string): void {
    this.#refusals += 1;
    if (this.#refusals < MAX_REFUSALS) {
      this.send({ type: 'error', code, message, ...(requestType !== undefined && { requestType }) });
    } else this.close('rate_limited', 'Too many of your messages were refused.');
  }

  #write(text: string): void {
    if (this.lost) return;
    if (this.#socket.bufferedAmount > this.#maxBufferedBytes) {
      this.end(closeCode('slow_reader'), 'slow_reader');
      return;
    }
    this.#socket.send(text);
  }
}
