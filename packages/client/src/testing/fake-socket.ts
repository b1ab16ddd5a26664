import type { ClientMessage } from '@parley/protocol/client-messages';
import type { ServerMessage } from '@parley/protocol/server-messages';

/** Stands in for the browser's WebSocket; a test plays the server. */
export class FakeSocket {
  static readonly OPEN = 1;
  static last: FakeSocket | undefined;

  readonly url: string;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly #sent: string[] = [];

  constructor(url: URL) {
    this.url = url.href;
    FakeSocket.last = this;
  }

  /** The client's messages since the last look. */
  sent(): ClientMessage[] {
    return this.#sent.splice(0).map((data) => JSON.parse(data) as ClientMessage);
  }

  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }

  receive(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** The other end, or the network, closes it. */
  drop(code: number, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  send(data: string): void {
    this.#sent.push(data);
  }

  close(): void {
    this.readyState = 3;
  }
}
