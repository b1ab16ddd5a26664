import { closeCode } from '@parley/protocol/errors';
import { type ClientOptions, type RawData, WebSocket } from 'ws';

/** Text frames that the edge answers by itself, without waking the object behind the socket. */
const PING = 'ping';
const PONG = 'pong';

/** Timings and bounds of a socket to the edge. */
export interface EdgeSocketTuning {
  /** Between pings, ms. */
  pingMs: number;
  /** A pong later than this after its ping ends the socket, ms. */
  pongMs: number;
  /** TCP, TLS and upgrade, ms. */
  handshakeMs: number;
  /** After a close frame came, for the connection to end, ms. */
  closeMs: number;
  /** A peer that lets more than this wait unread is cut off, bytes. */
  maxBufferedBytes: number;
  /** Largest frame accepted, bytes. */
  maxFrameBytes: number;
}

export const EDGE_SOCKET_TUNING: EdgeSocketTuning = {
  pingMs: 20_000,
  pongMs: 10_000,
  handshakeMs: 10_000,
  closeMs: 3_000,
  maxBufferedBytes: 8 * 1024 * 1024,
  maxFrameBytes: 1024 * 1024,
};

/** Why a socket ended. A refused upgrade counts as a close with `4000 + its HTTP status`, as the edge's own closes do. */
export interface SocketEnd {
  /** RFC 6455 §7.4; 1006 without a close frame. */
  code: number;
  reason: string;
}

/** What the owner of a socket hears of it. `onEnd` comes exactly once, after which nothing else does. */
export interface EdgeSocketHandlers {
  onOpen(): void;
  onMessage(text: string): void;
  onEnd(end: SocketEnd): void;
}

/**
 * A WebSocket that this process opened to the edge: bearer token, keep-alive by text ping, bounded outgoing buffer.
 * It never reconnects; that is its owner's decision.
 */
export class EdgeSocket {
  readonly #socket: WebSocket;
  readonly #handlers: EdgeSocketHandlers;
  readonly #tuning: EdgeSocketTuning;
  #pingTimer: NodeJS.Timeout | undefined;
  #pongTimer: NodeJS.Timeout | undefined;
  #ended = false;

  /** @param url http(s) or ws(s) */
  constructor(url: string, bearer: string, handlers: EdgeSocketHandlers, tuning = EDGE_SOCKET_TUNING) {
    this.#handlers = handlers;
    this.#tuning = tuning;
    // @types/ws does not know `closeTimeout` yet.
    const options: ClientOptions & { closeTimeout: number } = {
      headers: { authorization: `Bearer ${bearer}` },
      handshakeTimeout: tuning.handshakeMs,
      maxPayload: tuning.maxFrameBytes,
      perMessageDeflate: false,
      closeTimeout: tuning.closeMs,
    };
    this.#socket = new WebSocket(url.replace(/^http/, 'ws'), options);
    this.#socket.on('open', () => {
      if (this.#ended) return;
      this.#pingTimer = setInterval(() => this.#ping(), tuning.pingMs);
      handlers.onOpen();
    });
    this.#socket.on('message', (data, binary) => this.#receive(data, binary));
    this.#socket.on('unexpected-response', (request, response) => {
      response.resume();
      request.destroy();
      this.#end({
        code: 4000 + (response.statusCode ?? 0),
        reason: `refused with HTTP ${response.statusCode}`,
      });
    });
    this.#socket.on('error', (error) => this.#end({ code: 1006, reason: error.message }));
    this.#socket.on('close', (code, reason) => this.#end({ code, reason: reason.toString() }));
  }

  get open(): boolean {
    return !this.#ended && this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends a message; a peer that reads too slowly loses the socket instead of filling this process's memory. */
  send(message: object): void {
    if (!this.open) return;
    if (this.#socket.bufferedAmount > this.#tuning.maxBufferedBytes) {
      this.#fail({ code: closeCode('slow_reader'), reason: 'the edge reads too slowly' });
      return;
    }
    this.#socket.send(JSON.stringify(message));
  }

  /** Ends the socket with a close frame; `onEnd` is not called. */
  close(code = 1000, reason = ''): void {
    if (this.#ended) return;
    this.#finish();
    this.#socket.close(code, reason);
  }

  #receive(data: RawData, binary: boolean): void {
    if (this.#ended || binary) return;
    const text = data.toString();
    if (text !== PONG) {
      this.#handlers.onMessage(text);
      return;
    }
    clearTimeout(this.#pongTimer);
    this.#pongTimer = undefined;
  }

  #ping(): void {
    if (!this.open) return;
    this.#socket.send(PING);
    this.#pongTimer ??= setTimeout(
      () => this.#fail({ code: 1006, reason: 'no pong came' }),
      this.#tuning.pongMs,
    );
  }

  #fail(end: SocketEnd): void {
    this.#socket.terminate();
    this.#end(end);
  }

  #end(end: SocketEnd): void {
    if (this.#ended) return;
    this.#finish();
    this.#handlers.onEnd(end);
  }

  #finish(): void {
    this.#ended = true;
    clearInterval(this.#pingTimer);
    clearTimeout(this.#pongTimer);
  }
}
