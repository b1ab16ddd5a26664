import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Counts } from './assault.ts';
import type { Frame } from './frames.ts';

/** What a server said; nothing about it is believed. */
export type Said = Record<string, unknown>;

/** How long a server may take to answer before it counts as hung: no machine is this busy, ms. */
const HUNG_MS = 30_000;

/** A WebSocket that sends anything, and finds out what became of it. */
export class HostileSocket {
  readonly said: Said[] = [];
  readonly #socket: WebSocket;
  readonly #counts: Counts;
  #markers = 0;
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket, counts: Counts) {
    this.#socket = socket;
    this.#counts = counts;
    socket.on('message', (data) => {
      const message = JSON.parse(String(data) === 'pong' ? '{"type":"pong"}' : String(data)) as Said;
      this.said.push(message);
      if (message['type'] === 'error') counts.add(`error ${message['code']}`);
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      counts.add(`close ${code}`);
      this.#wake();
    });
  }

  /** Undefined when it does not open: a server may refuse that. */
  static async open(
    url: string,
    counts: Counts,
    protocols: string[] = [],
  ): Promise<HostileSocket | undefined> {
    const socket = new WebSocket(url, protocols, { perMessageDeflate: false, handshakeTimeout: HUNG_MS });
    const hostile = new HostileSocket(socket, counts);
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    socket.once('open', () => resolve(true));
    socket.once('error', (error) => {
      if (/timed out/.test(error.message)) reject(new Error(`${new URL(url).pathname} hangs: no handshake`));
      else resolve(false);
    });
    if (await promise) return hostile;
    counts.add('sockets refused');
    return undefined;
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** The connection below it, for what is no WebSocket frame. */
  get connection(): Socket {
    return (this.#socket as unknown as { _socket: Socket })._socket;
  }

  send(frame: Frame | object): void {
    if (!this.open) return;
    if (typeof frame === 'string' || frame instanceof Uint8Array) this.#socket.send(frame);
    else this.#socket.send(JSON.stringify(frame));
  }

  /**
   * Waits until something was said, from the message `from` on.
   *
   * @returns undefined when the socket was closed before
   * @throws {Error} when nothing comes and the socket stays open: the server hangs
   */
  async hears(fits: (message: Said) => boolean, what: string, from = 0): Promise<Said | undefined> {
    const deadline = performance.now() + HUNG_MS;
    for (;;) {
      const found = this.said.slice(from).find(fits);
      if (found !== undefined || !this.open) return found;
      const left = deadline - performance.now();
      if (left <= 0) {
        const last = this.said.slice(-5).map((message) => JSON.stringify(message).slice(0, 200));
        throw new Error(
          `${what} did not come within ${HUNG_MS / 1000} s; the last messages: ${last.join('\n')}`,
        );
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Sends frames and waits until they were dealt with. @returns how many were looked at, not refused for their number */
  async deal(frames: readonly Frame[]): Promise<number> {
    if (!this.open) return 0;
    const from = this.said.length;
    for (const frame of frames) this.send(frame);
    // Frames are dealt with in order, and every server knows no such type.
    const type = `marker-${this.#markers++}`;
    this.send({ type });
    const end = await this.hears(({ requestType }) => requestType === type, 'the answer to a marker', from);
    this.#counts.add('frames sent', frames.length);
    if (end === undefined) {
      this.#counts.add('frames cut off', frames.length);
      return 0;
    }
    const refused = this.said.slice(from).filter(({ code }) => code === 'rate_limited').length;
    this.#counts.add('frames refused for their number', refused);
    return frames.length - refused;
  }

  /** Waits until it is closed. @throws {Error} when the server does not do it */
  async closed(what: string): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    await this.hears(() => this.#socket.readyState === WebSocket.CLOSED, what);
  }

  /** Ends it in one of the ways that there are. */
  end(how: 'leave' | 'close' | 'drop'): void {
    if (how === 'leave') this.send({ type: 'leave' });
    if (how === 'drop') this.#socket.terminate();
    else this.#socket.close(how === 'leave' ? 1000 : 4999, how === 'leave' ? '' : 'ä'.repeat(50));
  }
}
