import { WebSocket } from 'ws';
import { Endpoint, type OpenedSocket } from '../endpoint.ts';

/** A message that is not looked at more closely. */
export type Loose = Record<string, unknown>;

/** How a good client is made a broken one. */
export interface Sabotage {
  /** What goes out in place of a message; text goes as it is. */
  outgoing?(message: Loose): (Loose | string)[];
  /** What comes in in place of a message; undefined breaks the connection. */
  incoming?(message: Loose): Loose | undefined;
  /** How many sockets it opens at the most. */
  sockets?: number;
  /** Whether it opens another socket and joins, whatever it was closed with. */
  insists?: boolean;
}

/** Stands between a good client and the server that it speaks to, and breaks what it says. */
export class Saboteur {
  readonly #endpoint: Endpoint;
  readonly #sabotage: Sabotage;
  readonly #server: string;
  #sockets = 0;
  #join = '';

  private constructor(endpoint: Endpoint, server: string, sabotage: Sabotage) {
    this.#endpoint = endpoint;
    this.#server = server.replace('http', 'ws');
    this.#sabotage = sabotage;
    endpoint.onSocket = (opened) => this.#relay(opened);
  }

  static async between(server: string, sabotage: Sabotage): Promise<Saboteur> {
    return new Saboteur(await Endpoint.open(server, 0), server, sabotage);
  }

  get url(): string {
    return this.#endpoint.url;
  }

  close(): void {
    this.#endpoint.close();
  }

  #relay({ socket: client, path }: OpenedSocket): void {
    this.#sockets += 1;
    if (this.#sockets > (this.#sabotage.sockets ?? Number.POSITIVE_INFINITY)) {
      client.terminate();
      return;
    }
    const server = new WebSocket(`${this.#server}${path}`);
    const early: string[] = [];
    const send = (text: string) => {
      if (server.readyState === WebSocket.OPEN) server.send(text);
      else early.push(text);
    };
    server.on('open', () => {
      for (const text of early) server.send(text);
    });
    client.on('message', (data) => {
      for (const text of this.#outgoing(data.toString())) send(text);
    });
    server.on('message', (data) => {
      const text = data.toString();
      const message = text === 'pong' ? { type: 'pong' } : (JSON.parse(text) as Loose);
      const passed = this.#sabotage.incoming === undefined ? message : this.#sabotage.incoming(message);
      if (passed === undefined) server.terminate();
      else client.send(text === 'pong' ? text : JSON.stringify(passed));
    });
    server.on('close', (code, reason) => {
      if (code === 1005 || code === 1006) client.terminate();
      else client.close(code, reason);
      if (this.#sabotage.insists && code >= 4000) this.#insist(path);
    });
    server.on('error', () => undefined);
    client.on('close', () => server.close());
    client.resume();
  }

  #outgoing(text: string): string[] {
    if (text === 'ping') return [text];
    const message = JSON.parse(text) as Loose;
    if (message['type'] === 'join') this.#join = text;
    const messages = this.#sabotage.outgoing?.(message) ?? [message];
    return messages.map((out) => (typeof out === 'string' ? out : JSON.stringify(out)));
  }

  #insist(path: string): void {
    const socket = new WebSocket(`${this.#server}${path}`).on('open', () => socket.send(this.#join));
    socket.on('error', () => undefined);
  }
}
