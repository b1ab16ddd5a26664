import { Inbox } from '@parley/bots/inbox';
import { type ClientMessage, type Join, MAX_CLIENT_MESSAGE_BYTES } from '@parley/protocol/client-messages';
import { decode } from '@parley/protocol/decode';
import { ServerMessage } from '@parley/protocol/server-messages';
import { WebSocket } from 'ws';
import type { ClientRules } from './client-rules.ts';
import type { OpenedSocket } from './endpoint.ts';
import { withoutChannels } from './without-channels.ts';

/**
 * One socket of the client under test with the one to the server behind it. Passes messages both ways, shows them to the
 * rules, and does to the client what the scenarios ask for.
 */
export class ProxiedClient {
  /** What the client said, and what it was told. */
  readonly said = new Inbox<ClientMessage>();
  readonly told = new Inbox<ServerMessage>();
  readonly #client: WebSocket;
  readonly #path: string;
  readonly #protocols: string[];
  readonly #upstreamUrl: string;
  readonly #rules: ClientRules;
  #server: WebSocket;
  #join: Join | undefined;
  /** The client's session numbers are this much ahead of the server's. */
  #ahead = 0;
  /** The server was joined anew behind the client's back: that is kept from it. */
  #moving = false;
  /** The participant that it is for the server since then. */
  #moved: string | undefined;
  /** What the client says before the server's socket is open. */
  #early: string[] | undefined;
  #closed: number | undefined;
  /** Every message carries a field that no version of the protocol has. */
  unknownFields = false;

  constructor({ socket, path, protocols }: OpenedSocket, upstream: string, rules: ClientRules) {
    this.#client = socket;
    this.#path = path;
    this.#protocols = protocols;
    this.#upstreamUrl = upstream.replace(/^http/, 'ws');
    this.#rules = rules;
    rules.opened(performance.now());
    socket.on('message', (data, isBinary) => this.#fromClient(isBinary ? (data as Buffer) : data.toString()));
    socket.on('close', (code) => {
      this.#closed ??= code;
      this.#server.close();
    });
    socket.on('error', () => undefined);
    this.#server = this.#openServer();
    socket.resume();
  }

  /** The code of the client's close; undefined while its socket is open. */
  get closed(): number | undefined {
    return this.#closed;
  }

  /** Its `join`, once it came. */
  get join(): Join | undefined {
    return this.#join;
  }

  /** The participant that the server takes it for now. */
  get participantId(): string {
    const joined = this.#lastOf('joined') ?? this.#lastOf('resumed');
    return this.#moved ?? joined?.participantId ?? '';
  }

  /** Tells the client something that the server did not say. */
  inject(message: unknown): void {
    if (this.#client.readyState === WebSocket.OPEN) this.#client.send(JSON.stringify(message));
  }

  /** Ends the client's socket. @param code of the close frame; without one the connection just breaks */
  drop(code?: number, reason = ''): void {
    // The server must not take this for a goodbye.
    this.#server.terminate();
    if (code === undefined) this.#client.terminate();
    else this.#client.close(code, reason);
  }

  /** Gives the client another media session, as after the loss of a node: the server sees another participant. */
  moveToAnotherSession(): void {
    this.#moving = true;
    this.#moved = undefined;
    const old = this.#server;
    old.removeAllListeners('message').removeAllListeners('close');
    old.send(JSON.stringify({ type: 'leave' }));
    this.#server = this.#openServer();
    if (this.#join === undefined) return;
    const { resume: _, ...join } = this.#join;
    this.#early?.push(throughHere(join));
  }

  #openServer(): WebSocket {
    const server = new WebSocket(`${this.#upstreamUrl}${this.#path}`, this.#protocols, {
      perMessageDeflate: false,
    });
    const early: string[] = [];
    server.on('message', (data) => this.#fromServer(data.toString()));
    server.on('close', (code, reason) => {
      if (this.#server !== server || this.#closed !== undefined) return;
      if (code === 1005 || code === 1006) this.#client.terminate();
      else this.#client.close(code, reason);
    });
    server.on('error', () => undefined);
    this.#early = early;
    server.once('open', () => {
      for (const text of early) server.send(text);
      this.#early = undefined;
    });
    return server;
  }

  #fromClient(frame: string | Buffer): void {
    const message = this.#rules.sent(frame, performance.now());
    if (message?.type === 'join') this.#join = message;
    this.#toServer(message === undefined ? frame : this.#translated(message));
    if (message !== undefined) this.said.push(message);
  }

  /** In the server's words: sessions by its numbers, and no way round this proxy. */
  #translated(message: ClientMessage): string | undefined {
    if (message.type === 'join') return throughHere(message);
    if (!('session' in message) || message.session === undefined) return JSON.stringify(seenHere(message));
    const session = message.session - this.#ahead;
    // For a session that is gone; while the server is joined anew, every one is.
    if (session < 1 || this.#moving) return undefined;
    return JSON.stringify({ ...seenHere(message), session });
  }

  #toServer(text: string | Buffer | undefined): void {
    if (text === undefined || typeof text !== 'string') return;
    if (this.#early !== undefined) this.#early.push(text);
    else if (this.#server.readyState === WebSocket.OPEN) this.#server.send(text);
  }

  #fromServer(text: string): void {
    if (text === 'pong') {
      this.#client.send(text);
      return;
    }
    const message = decode(ServerMessage, text, MAX_CLIENT_MESSAGE_BYTES * 8);
    if (this.#moving && message.type === 'joined') {
      this.#moved = message.participantId;
      return;
    }
    const raw = JSON.parse(text) as Record<string, unknown>;
    if (message.type === 'media-session') {
      if (this.#moving) this.#ahead = this.#rules.session + 1 - message.session;
      this.#moving = false;
      message.session += this.#ahead;
      raw['session'] = message.session;
    }
    this.#rules.received(message);
    if (this.unknownFields) raw['x-conformance'] = { of: ['a', 'later', 'version'] };
    if (this.#client.readyState === WebSocket.OPEN) this.#client.send(JSON.stringify(raw));
    this.told.push(message);
  }

  #lastOf<T extends ServerMessage['type']>(type: T): Extract<ServerMessage, { type: T }> | undefined {
    const isIt = (message: ServerMessage): message is Extract<ServerMessage, { type: T }> =>
      message.type === type;
    return this.told.since(0).findLast(isIt);
  }
}

/** A `join` after which the client's messages all take this way. */
function throughHere(join: Join): string {
  return JSON.stringify({ ...join, direct: false });
}

/** Session messages would pass this proxy by on a data channel. */
function seenHere(message: ClientMessage): ClientMessage {
  const offers = message.type === 'offer' || message.type === 'start-screen-share';
  return offers ? { ...message, sdp: withoutChannels(message.sdp) } : message;
}
