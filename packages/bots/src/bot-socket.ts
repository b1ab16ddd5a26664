import { WebSocket } from 'ws';

/** As the browser SDK does it, ms. */
const PING_INTERVAL_MS = 25_000;
const MISSED_PONGS = 2;
/** How long a socket may take to open, ms. */
const OPEN_MS = 10_000;

/** Text frames other than `ping` and `pong`, with their sizes as UTF-8. */
export interface SignallingCounts {
  sentMessages: number;
  sentBytes: number;
  receivedMessages: number;
  receivedBytes: number;
}

export function noSignalling(): SignallingCounts {
  return { sentMessages: 0, sentBytes: 0, receivedMessages: 0, receivedBytes: 0 };
}

export interface BotSocketOptions {
  protocols?: string[];
  /** Where to count; goes on over the sockets that follow one another. */
  counts: SignallingCounts;
  onOpen(): void;
  onText(text: string): void;
  /** Once, also when the socket never opened. Not after `close` or `terminate`. */
  onLost(code: number, reason: string): void;
}

/** A WebSocket of a bot: counts, and finds out by pings that the other end is gone. */
export class BotSocket {
  readonly #socket: WebSocket;
  readonly #options: BotSocketOptions;
  #pings: NodeJS.Timeout | undefined;
  #unanswered = 0;
  #given = false;
  #failure = '';

  constructor(url: string, options: BotSocketOptions) {
    this.#options = options;
    this.#socket = new WebSocket(url, options.protocols ?? [], {
      perMessageDeflate: false,
      handshakeTimeout: OPEN_MS,
    });
    this.#socket.on('open', () => {
      this.#pings = setInterval(() => this.#ping(), PING_INTERVAL_MS);
      if (!this.#given) options.onOpen();
    });
    this.#socket.on('message', (data) => this.#take(data.toString()));
    // A close follows, which has no reason of its own when there was no connection.
    this.#socket.on('error', (error) => {
      this.#failure = error.message;
    });
    this.#socket.on('close', (code, reason) => {
      clearInterval(this.#pings);
      if (!this.#given) options.onLost(code, reason.toString() || this.#failure);
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(message: object): void {
    if (!this.isOpen) return;
    const text = JSON.stringify(message);
    this.#options.counts.sentMessages += 1;
    this.#options.counts.sentBytes += Buffer.byteLength(text);
    this.#socket.send(text);
  }

  /** Closes with a close frame. */
  close(): void {
    this.#given = true;
    clearInterval(this.#pings);
    this.#socket.close(1000);
  }

  /** Drops the connection without a close frame. */
  terminate(): void {
    this.#given = true;
    clearInterval(this.#pings);
    this.#socket.terminate();
  }

  /** Drops the connection as a network failure would: `onLost` follows. */
  cut(): void {
    this.#socket.terminate();
  }

  #take(text: string): void {
    this.#unanswered = 0;
    if (text === 'pong' || this.#given) return;
    this.#options.counts.receivedMessages += 1;
    this.#options.counts.receivedBytes += Buffer.byteLength(text);
    this.#options.onText(text);
  }

  #ping(): void {
    if (this.#unanswered >= MISSED_PONGS) {
      this.cut();
      return;
    }
    this.#unanswered += 1;
    this.#socket.send('ping');
  }
}
