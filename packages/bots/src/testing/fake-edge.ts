import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClientMessage } from '@parley/protocol/client-messages';
import { SESSION_PATH } from '@parley/protocol/direct-socket';
import type { ServerMessage } from '@parley/protocol/server-messages';
import { type WebSocket, WebSocketServer } from 'ws';
import { Inbox } from '../inbox.ts';

/** A socket that a bot opened, with what it said; the test answers. */
export class FakeSocket {
  readonly path: string;
  readonly messages = new Inbox<ClientMessage>();
  /** The code of the close, when it is closed. */
  readonly closes = new Inbox<number>();
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, path: string) {
    this.#socket = socket;
    this.path = path;
    socket.on('message', (data) => {
      if (data.toString() !== 'ping') this.messages.push(ClientMessage.parse(JSON.parse(data.toString())));
    });
    socket.on('close', (code) => this.closes.push(code));
  }

  send(message: ServerMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  async message<T extends ClientMessage['type']>(type: T): Promise<Extract<ClientMessage, { type: T }>> {
    const isIt = (message: ClientMessage): message is Extract<ClientMessage, { type: T }> =>
      message.type === type;
    return await this.messages.waitFor(isIt, `a message ${type}`);
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

/** A server at which a test plays the Room and the node. */
export class FakeEdge {
  readonly sockets = new Inbox<FakeSocket>();
  /** Whether it lets nobody open a node's socket. */
  refusesDirect = false;
  /** Gets each socket as it opens. */
  onSocket: (socket: FakeSocket) => void = () => undefined;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });

  private constructor(server: Server) {
    this.#server = server;
    server.on('upgrade', (request: IncomingMessage, socket, head) => {
      const path = request.url ?? '';
      if (this.refusesDirect && path.startsWith(SESSION_PATH)) {
        socket.end('HTTP/1.1 503 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (opened) => {
        const accepted = new FakeSocket(opened, path);
        this.sockets.push(accepted);
        this.onSocket(accepted);
      });
    });
  }

  static async start(): Promise<FakeEdge> {
    const edge = new FakeEdge(createServer());
    await new Promise<void>((resolve) => edge.#server.listen(0, '127.0.0.1', resolve));
    return edge;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next socket at a path, from the `n`th on of all that were opened. */
  async socket(path: string, from = 0): Promise<FakeSocket> {
    return await this.sockets.waitFor((socket) => socket.path.startsWith(path), `a socket at ${path}`, {
      from,
    });
  }

  close(): void {
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.close();
  }
}
