import type { ClientMessage, ClientReport, Join, Resume } from '@parley/protocol/client-messages';
import type { ErrorCode } from '@parley/protocol/errors';
import type { Joined, ServerMessage } from '@parley/protocol/server-messages';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import type { RetryPolicy } from './backoff.ts';
import { CallError } from './call-error.ts';
import { isRetryableClose, isRetryableError } from './close-codes.ts';
import { pause } from './pause.ts';
import { ABNORMAL_CLOSURE, SocketCarrier } from './socket-carrier.ts';

/** Milliseconds to get in for the first time. */
export const JOIN_TIMEOUT = 20_000;
/** Milliseconds for each attempt to get in again. */
export const REJOIN_TIMEOUT = 10_000;
/** Milliseconds for the application to get a token: less than the room waits for `join`, and than each attempt may take. */
export const TOKEN_TIMEOUT = 8_000;
/** Milliseconds for the events that were missed. They come at once, and the room's next message shows their end. */
export const CATCH_UP_TIMEOUT = 2_000;
/** Milliseconds after which a connection counts as a good one: the next loss is a new trouble, not more of the old. */
export const STABLE = 10_000;

/** An access token, or what gets one. */
export type Token = string | (() => Promise<string>);

export interface SignalingOptions {
  readonly address: URL;
  readonly roomId: string;
  readonly name: string;
  /** Whether the client may open sockets to media nodes. */
  readonly direct: boolean;
  readonly autoSubscribe: boolean;
  readonly retry: RetryPolicy;
  readonly token?: Token;
}

/** What the room says while one is in it. */
export type RoomMessage = Exclude<ServerMessage, { type: 'joined' | 'resumed' }>;

export interface SignalingListener {
  /** In the room: for the first time, or again with all that is to know, perhaps as another participant. */
  joined(message: Joined): void;
  /** A moderator has to let one in. */
  waiting(): void;
  message(message: RoomMessage): void;
  /** The connection was lost. `recovered` or `closed` follows. */
  lost(): void;
  /** In the room again, and nothing is missing any more. */
  recovered(): void;
  /** The server refused, or trying has been given up. The last call. */
  closed(error: CallError): void;
}

type State =
  /** The socket opens, or the answer to `join` is awaited. */
  | 'joining'
  /** In the lobby, until a moderator decides. */
  | 'waiting'
  /** In the room again; the events that were missed are coming. */
  | 'catching-up'
  | 'in'
  /** Until the next attempt. */
  | 'pausing'
  | 'closed';

/**
 * The way to the Room: a socket, and after it another, for as long as the server keeps the participant. It remembers who one
 * is and which durable events one has seen.
 */
export class Signaling {
  readonly #options: SignalingOptions;
  readonly #listener: SignalingListener;
  #state: State = 'joining';
  #socket: SocketCarrier | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tokenTimer: ReturnType<typeof setTimeout> | undefined;
  #cancelPause: (() => void) | undefined;
  #self: Pick<Resume, 'participantId' | 'secret'> | undefined;
  /**
   * Of the last durable event that was handled. Only what has arrived counts: what `resumed` announces can still be
   * lost with this socket too.
   */
  #seq = 0;
  /** Of the last event that was missed. */
  #announced = 0;
  /** Whether the last join went without the token that it should have had. */
  #tokenFailed = false;
  /** Whether one has come as far as the lobby: then a lost socket is no reason to give up. */
  #hasWaited = false;
  #failures = 0;
  /** Milliseconds of trying so far, until the last failure, which was then; and the pause that followed. */
  #triedFor = 0;
  #failedAt = 0;
  #pause = 0;
  #joinedAt = 0;

  constructor(options: SignalingOptions, listener: SignalingListener) {
    this.#options = options;
    this.#listener = listener;
    this.#open(JOIN_TIMEOUT);
  }

  /** Sends a message. Returns false, and does nothing, while one is not in the room. */
  send(message: ClientMessage): boolean {
    if (this.#state !== 'in' && this.#state !== 'catching-up') return false;
    this.#socket?.send(message);
    return true;
  }

  /** There is reason to think that the connection is dead: it has to show soon that it is not, or is lost. */
  check(): void {
    this.#socket?.check();
  }

  /** Says goodbye, also to a room that is just letting one in, and stops for good. */
  leave(report?: ClientReport): void {
    this.#socket?.send({ type: 'leave', ...(report && { report }) });
    this.close();
  }

  /** Loses its socket, as by an accident. */
  cut(): void {
    this.#socket?.cut();
  }

  /** Stops for good, without calling `closed`. */
  close(): void {
    this.#state = 'closed';
    this.#drop();
  }

  #open(timeout: number): void {
    const { address, roomId, name, direct, autoSubscribe, token } = this.#options;
    this.#state = 'joining';
    this.#timer = setTimeout(() => this.#lost(ABNORMAL_CLOSURE, 'no answer'), timeout);
    const join: Join = {
      type: 'join',
      roomId,
      participantName: name,
      version: PROTOCOL_VERSION,
      requestOffers: false,
      recovers: true,
      direct,
      ...(!autoSubscribe && { autoSubscribe }),
      ...(this.#self && {
        resume: {
          ...this.#self,
          seq: this.#seq,
        },
      }),
    };
    // In join, not in the handshake: there it would stand in a header, which proxies like to log, and a browser gives no
    // reason for a handshake that was refused.
    const send = async () => {
      const shown = asked === undefined ? token : await asked;
      if (this.#socket !== socket) return;
      socket.send(typeof shown === 'string' ? { ...join, token: shown } : join);
    };
    let socket: SocketCarrier;
    try {
      socket = new SocketCarrier(address, [], {
        opened: () => void send(),
        message: (message) => this.#handle(message),
        closed: (code, reason) => this.#lost(code, reason),
      });
    } catch (cause) {
      const message = `The browser opens no socket to ${address.host}. A page with https:// needs a server with https://.`;
      this.#end(new CallError('connection_failed', message, { cause }));
      return;
    }
    this.#socket = socket;
    const asked = typeof token === 'function' ? this.#ask(token) : undefined;
  }

  /** Asks the application for a token. Who may be in the room still is let in without, and tries at least. */
  async #ask(token: () => Promise<string>): Promise<string | undefined> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new Error(`options.token did not settle within ${TOKEN_TIMEOUT / 1000} s.`));
    }, TOKEN_TIMEOUT);
    this.#tokenTimer = timer;
    try {
      const answer = await Promise.race([token(), late.promise]);
      this.#tokenFailed = false;
      return answer;
    } catch (cause) {
      if (this.#isClosed()) return undefined;
      this.#tokenFailed = true;
      const message = 'No access token could be had; see the cause.';
      if (this.#isFirst) this.#end(new CallError('token_unavailable', message, { cause }));
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  #handle(message: ServerMessage): void {
    switch (this.#state) {
      case 'joining':
      case 'waiting':
        this.#handleReply(message);
        return;
      case 'catching-up':
      case 'in':
        this.#handleEvent(message);
        return;
      case 'pausing':
      case 'closed':
        return;
      default:
        this.#state satisfies never;
    }
  }

  /** What answers `join`. */
  #handleReply(message: ServerMessage): void {
    if (message.type === 'joined') {
      const { participantId, seq } = message;
      const state = this.#self === undefined ? 'in' : 'catching-up';
      // Who has come back keeps the secret.
      this.#self = { participantId, secret: message.resumeSecret ?? this.#self?.secret ?? '' };
      this.#seq = seq;
      this.#enter(state, seq);
      this.#listener.joined(message);
      this.#catchUp();
    } else if (message.type === 'resumed') {
      this.#enter('catching-up', message.seq);
      // The last ones announced may be some that one is not told, being one's own.
      this.#timer = setTimeout(() => this.#catchUp(), CATCH_UP_TIMEOUT);
      if (this.#seq >= this.#announced) this.#catchUp();
    } else if (message.type === 'waiting') {
      clearTimeout(this.#timer);
      this.#state = 'waiting';
      this.#hasWaited = true;
      this.#joinedAt = performance.now();
      this.#listener.waiting();
    } else if (message.type === 'error') {
      this.#refused(message.code, message.message);
    }
  }

  #handleEvent(message: ServerMessage): void {
    if (message.type === 'joined' || message.type === 'resumed') return;
    if ('seq' in message) {
      // Told before, over the socket that was lost.
      if (message.seq <= this.#seq) return;
      this.#seq = message.seq;
      this.#listener.message(message);
      if (this.#seq >= this.#announced) this.#catchUp();
      return;
    }
    // Missed events come first.
    this.#catchUp();
    this.#listener.message(message);
  }

  #enter(state: 'in' | 'catching-up', announced: number): void {
    clearTimeout(this.#timer);
    this.#state = state;
    this.#announced = announced;
    this.#joinedAt = performance.now();
  }

  #catchUp(): void {
    if (this.#state !== 'catching-up') return;
    clearTimeout(this.#timer);
    this.#state = 'in';
    this.#listener.recovered();
  }

  #refused(code: ErrorCode, message: string): void {
    const passes = isRetryableError(code) || (code === 'token_missing' && this.#tokenFailed);
    if (this.#isFirst || !passes) this.#end(new CallError(code, message));
    else this.#lost(ABNORMAL_CLOSURE, message);
  }

  #lost(code: number, reason: string): void {
    const wasIn = this.#state !== 'joining';
    this.#drop();
    const said = reason || `code ${code}`;
    if (this.#isFirst) {
      const message = `No connection to ${this.#options.address.host} (${said}). Check the network and try again.`;
      this.#end(new CallError('connection_failed', message));
      return;
    }
    if (!isRetryableClose(code)) {
      this.#end(new CallError('connection_failed', reason || `The connection was closed (${code}).`));
      return;
    }
    const now = performance.now();
    if (wasIn && now - this.#joinedAt >= STABLE) this.#failures = 0;
    // No try takes longer than its pause and its timeout: what is over that was slept.
    const tried = Math.min(now - this.#failedAt, this.#pause + REJOIN_TIMEOUT);
    this.#triedFor = this.#failures === 0 ? 0 : this.#triedFor + tried;
    this.#failedAt = now;
    if (wasIn) {
      this.#state = 'pausing';
      this.#listener.lost();
      if (this.#isClosed()) return;
    }
    const ms = this.#options.retry(this.#failures, this.#triedFor);
    if (ms === undefined) {
      const message = `The connection to ${this.#options.address.host} could not be made again (${said}).`;
      this.#end(new CallError('connection_failed', message));
      return;
    }
    this.#failures += 1;
    this.#pause = ms;
    this.#state = 'pausing';
    this.#cancelPause = pause(ms, () => this.#open(REJOIN_TIMEOUT));
  }

  get #isFirst(): boolean {
    return this.#self === undefined && !this.#hasWaited;
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #drop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#tokenTimer);
    this.#cancelPause?.();
    this.#socket?.close();
    this.#socket = undefined;
  }

  #end(error: CallError): void {
    this.close();
    this.#listener.closed(error);
  }
}
