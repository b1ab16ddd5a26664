import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../free-port.ts';

/**
 * What befalls connections:
 * - `none`;
 * - `refuse`: they are closed as soon as they are there;
 * - `slow`: so many bytes a second are taken from each client;
 * - `cut`: they break when so many bytes have come from the client;
 * - `gone`: nobody answers, and nothing is said.
 */
export type S3Fault =
  | { type: 'none' }
  | { type: 'refuse' }
  | { type: 'slow'; bytesPerSecond: number }
  | { type: 'cut'; afterBytes: number }
  | { type: 'gone' };

/** How often a slow connection is let on, a second. */
const TURNS = 20;

/** A relay before an S3 server that makes it fail. A fault meets the connections that there are, too. */
export class FaultRelay {
  readonly port: number;
  readonly #target: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #fault: S3Fault = { type: 'none' };
  #connections = 0;

  private constructor(port: number, target: number) {
    this.port = port;
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#connect(client));
  }

  /** @param target port of this machine */
  static async open(target: number): Promise<FaultRelay> {
    const relay = new FaultRelay(await freePort(), target);
    relay.#server.listen(relay.port, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  /** Connections that were opened so far, whatever befell them. */
  get connections(): number {
    return this.#connections;
  }

  set fault(fault: S3Fault) {
    const wasGone = this.#fault.type === 'gone';
    this.#fault = fault;
    // What comes back after it was gone knows of no connection.
    if (fault.type === 'none' && !wasGone) return;
    for (const socket of this.#sockets) {
      if (fault.type === 'gone') socket.pause();
      else socket.destroy();
    }
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #connect(client: Socket): void {
    this.#connections += 1;
    const fault = this.#fault;
    this.#keep(client);
    switch (fault.type) {
      case 'refuse':
        client.resetAndDestroy();
        return;
      case 'gone':
        client.pause();
        return;
      case 'none':
      case 'slow':
      case 'cut':
        break;
      default:
        fault satisfies never;
    }
    const server = new Socket({ allowHalfOpen: true });
    this.#keep(server);
    server.connect(this.#target, '127.0.0.1');
    server.pipe(client);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.once('close', () => other.destroy());
    if (fault.type === 'slow') trickle(client, server, fault.bytesPerSecond).catch(() => server.destroy());
    else client.pipe(server);
    if (fault.type !== 'cut') return;
    let bytes = 0;
    client.on('data', (data: Buffer) => {
      bytes += data.length;
      if (bytes < fault.afterBytes) return;
      client.resetAndDestroy();
      server.resetAndDestroy();
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    // Broken connections are its trade.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

async function trickle(from: Socket, to: Socket, bytesPerSecond: number): Promise<void> {
  const most = Math.max(1, Math.round(bytesPerSecond / TURNS));
  for await (const data of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    for (let at = 0; at < data.length && !to.destroyed; at += most) {
      to.write(data.subarray(at, at + most));
      await sleep(1000 / TURNS);
    }
  }
  to.end();
}
