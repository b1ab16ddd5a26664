import type { ClientMessage } from '@parley/protocol/client-messages';
import type { DurableEvent, ServerMessage } from '@parley/protocol/server-messages';

type Unnumbered<E> = E extends DurableEvent ? Omit<E, 'seq'> : never;

const DURABLE: readonly string[] = [
  'participant-joined',
  'participant-left',
  'track-published',
  'track-unpublished',
  'track-muted',
  'chat',
] satisfies DurableEvent['type'][];

/** Stands in for the browser's WebSocket; a test plays the server. */
export class FakeSocket {
  static readonly OPEN = 1;
  /** Every socket since the test began. */
  static all: FakeSocket[] = [];
  /** `seq` of the room's latest event. */
  static seq = 0;
  /** Of the latest offer that the client has made. */
  static offerId = '';

  readonly url: string;
  readonly protocols: readonly string[];
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly #sent: string[] = [];

  constructor(url: URL, protocols: string[] = []) {
    this.url = url.href;
    this.protocols = protocols;
    FakeSocket.all.push(this);
  }

  static get last(): FakeSocket | undefined {
    return FakeSocket.all.at(-1);
  }

  /** The client's messages since the last look. */
  sent(): ClientMessage[] {
    return this.#sent
      .splice(0)
      .filter((data) => data !== 'ping')
      .map((data) => JSON.parse(data) as ClientMessage);
  }

  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }

  /** Says something to the client; a durable event without a number gets the next one. */
  receive(message: ServerMessage | Unnumbered<DurableEvent>): void {
    const isUnnumbered = DURABLE.includes(message.type) && !('seq' in message);
    const seq = isUnnumbered ? { seq: ++FakeSocket.seq } : {};
    this.onmessage?.({ data: JSON.stringify({ ...message, ...seq }) });
  }

  pong(): void {
    this.onmessage?.({ data: 'pong' });
  }

  /** The other end, or the network, closes it. */
  drop(code: number, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  send(data: string): void {
    this.#sent.push(data);
    const [, offerId] = /^{"type":"(?:offer|start-screen-share)","offerId":"(\w+)"/.exec(data) ?? [];
    if (offerId !== undefined) FakeSocket.offerId = offerId;
  }

  close(): void {
    this.readyState = 3;
  }
}
