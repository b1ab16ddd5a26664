import type { ClientMessage } from '@parley/protocol/client-messages';
import type { Carrier, CarrierListener } from './carrier.ts';
import { KeepAlive } from './keep-alive.ts';
import { parseServerMessage } from './server-message.ts';

/** `code` of {@link CarrierListener.closed} when the other side went silent (RFC 6455 §7.4.1: no close frame). */
export const ABNORMAL_CLOSURE = 1006;

/** A WebSocket that is given up when nothing comes back any more. */
export class SocketCarrier implements Carrier {
  readonly #socket: WebSocket;
  readonly #listener: CarrierListener;
  #keepAlive: KeepAlive | undefined;
  #closed = false;

  constructor(url: URL, protocols: string[], listener: CarrierListener) {
    this.#listener = listener;
    this.#socket = new WebSocket(url, protocols);
    this.#socket.onopen = () => {
      this.#keepAlive = new KeepAlive(
        () => this.#socket.send('ping'),
        () => this.#end(ABNORMAL_CLOSURE, 'The server stopped answering.'),
      );
      listener.opened();
    };
    this.#socket.onmessage = ({ data }) => {
      this.#keepAlive?.alive();
      const message = parseServerMessage(data);
      if (message !== undefined) listener.message(message);
    };
    // An `error` event says nothing and is always followed by `close`.
    this.#socket.onclose = ({ code, reason }) => this.#end(code, reason);
  }

  send(message: ClientMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Closes as if the connection had been lost. */
  cut(): void {
    this.#end(ABNORMAL_CLOSURE, 'The connection was cut.');
  }

  check(): void {
    this.#keepAlive?.check();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#keepAlive?.stop();
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close();
  }

  #end(code: number, reason: string): void {
    if (this.#closed) return;
    this.close();
    this.#listener.closed(code, reason);
  }
}
