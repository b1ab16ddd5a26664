import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Inbox } from '@parley/bots/inbox';
import { type WebSocket, WebSocketServer } from 'ws';

/** A socket that the client under test opened; paused. */
export interface OpenedSocket {
  socket: WebSocket;
  /** With its query. */
  path: string;
  /** Subprotocols that it asked for. */
  protocols: string[];
}

/**
 * Where the client under test connects to: WebSockets at `/ws` are handed out, everything else goes to the real server, so
 * that its pages and its API are here too.
 */
export class Endpoint {
  readonly sockets = new Inbox<OpenedSocket>();
  /** Gets each socket at once. */
  onSocket: (opened: OpenedSocket) => void = () => undefined;
  readonly #http: Server;
  readonly #ws = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 * 1024 });

  private constructor(upstream: string) {
    this.#http = createServer((incoming, response) => pass(incoming, response, upstream));
    this.#http.on('upgrade', (incoming: IncomingMessage, stream, head) => {
      this.#ws.handleUpgrade(incoming, stream, head, (socket) => {
        const protocols = (incoming.headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim());
        // Whoever takes it resumes it, and misses nothing.
        socket.pause();
        const opened = { socket, path: incoming.url ?? '/ws', protocols: protocols.filter((p) => p !== '') };
        this.onSocket(opened);
        this.sockets.push(opened);
      });
    });
  }

  /** @param upstream base URL of the server @param port 0 for any */
  static async open(upstream: string, port: number): Promise<Endpoint> {
    const endpoint = new Endpoint(upstream);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    endpoint.#http.once('error', reject).listen(port, resolve);
    await promise;
    return endpoint;
  }

  /** Base URL. */
  get url(): string {
    return `http://localhost:${(this.#http.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.#ws.clients) socket.terminate();
    this.#http.close();
    this.#http.closeAllConnections();
  }
}

function pass(incoming: IncomingMessage, response: ServerResponse, upstream: string): void {
  const { host: _, ...headers } = incoming.headers;
  const { method } = incoming;
  const outgoing = request(
    new URL(incoming.url ?? '/', upstream),
    { ...(method && { method }), headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  outgoing.on('error', () => response.writeHead(502).end());
  incoming.pipe(outgoing);
}
