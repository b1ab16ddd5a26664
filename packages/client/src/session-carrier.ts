import type { ReconnectSession, SessionRequest } from '@parley/protocol/client-messages';
import { directProtocols, SESSION_PATH } from '@parley/protocol/direct-socket';
import type { MediaSession, ServerMessage } from '@parley/protocol/server-messages';
import type { RetryPolicy } from './backoff.ts';
import { ChannelWay, type SessionChannel } from './channel-way.ts';
import { SocketCarrier } from './socket-carrier.ts';

/** Milliseconds for a node's socket to open; then the room carries the session. */
export const OPEN_TIMEOUT = 4_000;
/** How often in a row a node's socket may be lost before the room carries the session. */
export const MOST_LOSSES = 3;
/** Milliseconds after which a node's socket counts as a good one. */
export const STABLE_DIRECT = 10_000;
/** Milliseconds after which the room is asked again: what one asked may be lost, and so may be its answer. */
export const ASK_AGAIN = 10_000;
/** Close code of `session_ended` and `room_closed`: the socket is not at fault, and the room says what comes next. */
export const SESSION_OVER = 4410;

export interface SessionCarrierOptions {
  /** The session's number. */
  readonly session: number;
  readonly retry: RetryPolicy;
  /** The way over the Room's socket. */
  relay(message: SessionRequest | ReconnectSession): void;
  /** From the node, over its own socket. */
  message(message: ServerMessage): void;
  /** Messages get through from now on; what was sent before may have been lost. */
  up(): void;
  /** Nothing gets through for now. */
  down(): void;
}

/**
 * The way to one media session: through the room, or over a socket to the node, whichever the room says. Where it is the room,
 * a data channel takes its place once there is one.
 */
export class SessionCarrier {
  readonly #options: SessionCarrierOptions;
  #way: 'none' | 'relay' | 'direct' = 'none';
  #socket: SocketCarrier | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #losses = 0;
  /** In place of the room, while that is the way. */
  readonly #channel: ChannelWay;
  /** Whether the room is out of reach, and the channel the only way. */
  #roomLost = false;

  constructor(options: SessionCarrierOptions) {
    this.#options = options;
    this.#channel = new ChannelWay({ message: options.message, lost: () => this.#channelLost() });
  }

  /** Whether the room carries the session now. */
  get isRelay(): boolean {
    return this.#way === 'relay';
  }

  /** The room says which way it is. */
  use(carrier: MediaSession['carrier']): void {
    this.#drop();
    if (carrier.type === 'direct') {
      this.#open(carrier.url, carrier.ticket);
      return;
    }
    this.#way = 'relay';
    this.#roomLost = false;
    this.#channel.want();
    this.#options.up();
  }

  /** The session's data channel has opened or closed, or its PeerConnection connected or not. */
  channelChanged(channel: SessionChannel, connected: boolean): void {
    this.#channel.changed(channel, connected);
  }

  /** The node says something on the data channel. */
  handleText(text: string): void {
    this.#channel.receive(text);
  }

  /** Sends a request of this session; it is lost while there is no way. */
  send(request: SessionRequest): void {
    const { session, relay } = this.#options;
    const message = { ...request, session };
    if (this.#way === 'relay') {
      if (this.#channel.send(message, this.#roomLost)) return;
      this.#channel.relayed();
      relay(message);
    } else if (this.#way === 'direct') this.#socket?.send(message);
  }

  /** The Room's socket is lost. */
  relayLost(): void {
    if (!this.isRelay) return;
    if (this.#channel.isReady) this.#roomLost = true;
    else this.#drop();
  }

  /** There is reason to think that the way is dead. The Room's socket is another's to check. */
  check(): void {
    this.#socket?.check();
  }

  close(): void {
    this.#drop();
  }

  #open(url: string, ticket: string): void {
    const giveUp = () => {
      this.#drop();
      this.#ask('relay');
    };
    this.#timer = setTimeout(giveUp, OPEN_TIMEOUT);
    try {
      this.#socket = this.#connect(new URL(SESSION_PATH, url), ticket);
    } catch {
      // A page with HTTPS may not open ws://.
      giveUp();
    }
  }

  #connect(url: URL, ticket: string): SocketCarrier {
    let openedAt: number | undefined;
    return new SocketCarrier(url, directProtocols(ticket), {
      opened: () => {
        clearTimeout(this.#timer);
        openedAt = performance.now();
        this.#way = 'direct';
        this.#options.up();
      },
      message: this.#options.message,
      closed: (code) => {
        this.#drop();
        if (openedAt === undefined) this.#ask('relay');
        else if (code !== SESSION_OVER) this.#lost(performance.now() - openedAt);
      },
    });
  }

  /** @param lasted how long the node's socket was open, milliseconds */
  #lost(lasted: number): void {
    this.#losses = lasted >= STABLE_DIRECT ? 1 : this.#losses + 1;
    const pause = this.#losses < MOST_LOSSES ? this.#options.retry(this.#losses - 1, 0) : undefined;
    if (pause === undefined) this.#ask('relay');
    else this.#timer = setTimeout(() => this.#ask('direct'), pause);
  }

  /** The node is told by the room to take that way again. */
  #channelLost(): void {
    if (this.#roomLost) this.#drop();
    else this.#ask('relay');
  }

  #ask(carrier: ReconnectSession['carrier']): void {
    this.#options.relay({ type: 'reconnect-session', session: this.#options.session, carrier });
    this.#timer = setTimeout(() => this.#ask(carrier), ASK_AGAIN);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#channel.stop();
    this.#socket?.close();
    this.#socket = undefined;
    if (this.#way === 'none') return;
    this.#way = 'none';
    this.#options.down();
  }
}
