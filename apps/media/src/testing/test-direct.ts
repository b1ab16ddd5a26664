import { once } from 'node:events';
import type { SessionRequest } from '@parley/protocol/client-messages';
import { DIRECT_PROTOCOL, directProtocols, SESSION_PATH } from '@parley/protocol/direct-socket';
import { SessionEvent } from '@parley/protocol/server-messages';
import { until } from '@parley/service/testing/inbox';
import { WebSocket } from 'ws';
import { TestClient } from './test-client.ts';

/** A participant's own socket to the node. Every message of the node is checked against the protocol. */
export class TestDirect extends TestClient {
  /** Keep-alive answers. */
  pongs = 0;
  readonly #socket: WebSocket;
  #closed: { code: number; reason: string } | undefined;

  private constructor(socket: WebSocket, participantId: string) {
    super(participantId);
    this.#socket = socket;
    socket.on('message', (data) => {
      const text = data.toString();
      if (text === 'pong') this.pongs += 1;
      else this.events.push(SessionEvent.parse(JSON.parse(text)));
    });
    socket.on('close', (code, reason) => {
      this.#closed = { code, reason: reason.toString() };
    });
    socket.on('error', () => undefined);
  }

  /** Shakes hands; whether the ticket was good shows later. @throws when the node does not answer as a WebSocket */
  static async connect(port: number, ticket: string, participantId: string): Promise<TestDirect> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${SESSION_PATH}`, directProtocols(ticket));
    const client = new TestDirect(socket, participantId);
    await once(socket, 'open');
    if (socket.protocol !== DIRECT_PROTOCOL) throw new Error(`the node chose ${socket.protocol}`);
    return client;
  }

  request(message: SessionRequest): void {
    this.send(JSON.stringify(message));
  }

  /** Sends anything. */
  send(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  /** How the socket ended. */
  async closed(): Promise<{ code: number; reason: string }> {
    await until(() => this.#closed !== undefined, 'the socket ends');
    return this.#closed ?? { code: 0, reason: '' };
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Ends as a lost network does. */
  drop(): void {
    this.#socket.terminate();
  }

  /** Reads nothing any more, not even pings. */
  stall(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  unstall(): void {
    this.#socket.resume();
  }
}
