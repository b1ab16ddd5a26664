import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { MAX_CLIENT_MESSAGE_BYTES } from '@parley/protocol/client-messages';
import { DIRECT_PROTOCOL, SESSION_PATH, ticketOf } from '@parley/protocol/direct-socket';
import { ERRORS, type ErrorCode, type ParleyError } from '@parley/protocol/errors';
import { listen, portOf } from '@parley/service/listen';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Carrier } from '../sessions/carrier.ts';
import { DirectSocket, type RequestHandler } from './direct-socket.ts';
import { Strangers } from './strangers.ts';

/** Timings and bounds of clients' sockets. */
export interface DirectTuning {
  /** Between pings, ms. */
  pingMs: number;
  /** For an HTTP request to be there, and then again for its ticket to be verified, ms. */
  greetingMs: number;
  /** After a close frame was sent, for the connection to end, ms. */
  closeMs: number;
  /** Most connections whose ticket is not verified yet, and most of those from one network, see {@link Strangers}. */
  maxStrangers: number;
  strangersShare: number;
  /** A client that lets more than this wait unread is cut off, bytes. */
  maxBufferedBytes: number;
}

export const DIRECT_TUNING: DirectTuning = {
  pingMs: 20_000,
  greetingMs: 10_000,
  closeMs: 3_000,
  maxStrangers: 256,
  strangersShare: 32,
  maxBufferedBytes: 4 * 1024 * 1024,
};

/** Where the server listens, and who lets clients in. */
export interface DirectServerOptions {
  host: string;
  port: number;
  /** Opens or continues the session that a ticket is for. @throws {ParleyError} */
  admit(ticket: string, carrier: Carrier): Promise<RequestHandler>;
  tuning?: Partial<DirectTuning>;
}

/** The node's WebSocket server for clients that come to their session directly. It owns their sockets. */
export class DirectServer {
  readonly #server: Server;
  readonly #upgrades: WebSocketServer;
  readonly #admit: DirectServerOptions['admit'];
  readonly #tuning: DirectTuning;
  readonly #strangers: Strangers;
  /** Those whose session is known. */
  readonly #clients = new Set<DirectSocket>();
  readonly #probing: NodeJS.Timeout;

  private constructor(admit: DirectServerOptions['admit'], tuning: DirectTuning) {
    this.#admit = admit;
    this.#tuning = tuning;
    const { greetingMs, closeMs, maxStrangers, strangersShare } = tuning;
    this.#strangers = new Strangers(maxStrangers, strangersShare);
    // @types/ws does not know `closeTimeout` yet.
    const options: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MAX_CLIENT_MESSAGE_BYTES,
      closeTimeout: closeMs,
      // Never the ticket, which the client offers as well.
      handleProtocols: (offered) => offered.has(DIRECT_PROTOCOL) && DIRECT_PROTOCOL,
    };
    this.#upgrades = new WebSocketServer(options);
    this.#server = createServer({
      headersTimeout: greetingMs,
      requestTimeout: greetingMs,
      connectionsCheckingInterval: Math.min(1000, greetingMs),
    });
    this.#server.on('connection', (connection) => this.#meet(connection));
    this.#server.on('request', (request, response) => {
      const refusal = isSessionPath(request) ? refusals.upgrade_required : refusals.not_found;
      response.writeHead(refusal.status, { 'content-type': 'text/plain', connection: 'close' });
      response.end(refusal.body);
    });
    this.#server.on('upgrade', (request, connection, head) => this.#upgrade(request, connection, head));
    this.#probing = setInterval(() => {
      for (const client of this.#clients) client.probe();
    }, tuning.pingMs);
  }

  /** @throws when the port is taken */
  static async listen({ host, port, admit, tuning }: DirectServerOptions): Promise<DirectServer> {
    const direct = new DirectServer(admit, { ...DIRECT_TUNING, ...tuning });
    const settings = 'PARLEY_CLIENT_HOST or PARLEY_CLIENT_PORT';
    try {
      await listen(direct.#server, { host, port, purpose: 'clients', settings });
    } catch (error) {
      direct.close();
      throw error;
    }
    return direct;
  }

  /** The port it listens on, which the system chose where 0 was asked for. */
  get port(): number {
    return portOf(this.#server);
  }

  /** Clients that have a socket to their session now. */
  get connections(): number {
    return this.#clients.size;
  }

  /** Connections whose ticket is not verified yet. */
  get strangers(): number {
    return this.#strangers.size;
  }

  /** Ends all sockets because the node stops. */
  close(): void {
    clearInterval(this.#probing);
    this.#server.close();
    for (const client of this.#clients) client.end(1001, 'the node stops');
    this.#strangers.close();
  }

  #meet(connection: Socket): void {
    connection.on('error', () => undefined);
    if (!this.#strangers.meet(connection)) turnAway(connection, 'server_busy');
  }

  #upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    const ticket = ticketOf(request.headers['sec-websocket-protocol']);
    if (!isSessionPath(request)) turnAway(connection, 'not_found');
    else if (ticket === undefined) turnAway(connection, 'ticket_missing');
    else {
      this.#upgrades.handleUpgrade(request, connection, head, (socket) => {
        void this.#welcome(socket, ticket, connection);
      });
    }
  }

  /** Shakes hands with whoever shows something: a browser learns why it was refused from messages only. */
  async #welcome(socket: WebSocket, ticket: string, connection: Duplex): Promise<void> {
    const client = new DirectSocket(socket, this.#tuning.maxBufferedBytes);
    const late = setTimeout(() => {
      client.close('media_unavailable', 'The node did not get to look at the ticket; try again.');
    }, this.#tuning.greetingMs);
    socket.once('close', () => {
      clearTimeout(late);
      this.#clients.delete(client);
    });
    try {
      const session = await this.#admit(ticket, client);
      if (client.lost) return;
      this.#strangers.know(connection);
      this.#clients.add(client);
      client.start(session);
    } catch (error) {
      const { code, message } = error as ParleyError;
      client.close(code, message);
    } finally {
      clearTimeout(late);
    }
  }
}

const refusals = {
  not_found: { status: 404, body: `sessions are at ${SESSION_PATH}\n` },
  upgrade_required: { status: 426, body: 'open a WebSocket here\n' },
  ticket_missing: { status: 401, body: 'show a ticket as subprotocol, ticket.<the ticket>\n' },
  server_busy: { status: 503, body: 'too many connections at once; try again in a moment\n' },
} as const satisfies Partial<Record<ErrorCode, { status: number; body: string }>>;

/** Answers a connection that the HTTP server does not look after (any more), and ends it: a stranger might never do so. */
function turnAway(connection: Duplex, code: keyof typeof refusals): void {
  connection.end(rawResponse(code), () => connection.destroy());
}

function rawResponse(code: keyof typeof refusals): string {
  const { status, body } = refusals[code];
  const head = [`HTTP/1.1 ${status} ${ERRORS[code].title}`, 'connection: close', 'content-type: text/plain'];
  return `${[...head, `content-length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`;
}

function isSessionPath({ url }: IncomingMessage): boolean {
  return url?.split('?')[0] === SESSION_PATH;
}
