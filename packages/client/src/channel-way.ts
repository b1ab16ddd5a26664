import type { SessionRequest } from '@parley/protocol/client-messages';
import { MAX_SESSION_CHANNEL_BYTES, SESSION_PING, SESSION_PONG } from '@parley/protocol/data-channels';
import type { ServerMessage } from '@parley/protocol/server-messages';
import { parseServerMessage } from './server-message.ts';

/** Milliseconds that the room has been the way before the node is asked: what the room told it of that has arrived. */
export const ASK_AFTER = 1_000;
/** Milliseconds for what was given to the room to reach the node, so that nothing overtakes it. */
export const SETTLES_IN = 500;

/** A data channel for a session's messages. */
export interface SessionChannel {
  readonly isOpen: boolean;
  send(text: string): void;
}

export interface ChannelWayOptions {
  /** From the node. */
  message(message: ServerMessage): void;
  /** It was in use and is not any more; what was sent last may be lost. */
  lost(): void;
}

/**
 * The way to a media session over a data channel of its own PeerConnection, in place of the room. The room stays beside it
 * for what the channel does not take.
 */
export class ChannelWay {
  readonly #options: ChannelWayOptions;
  #channel: SessionChannel | undefined;
  /** Whether the channel is open and its PeerConnection connected. */
  #works = false;
  /** Whether the room is the way. */
  #wanted = false;
  #ready = false;
  #settled = false;
  #relayedAt = Number.NEGATIVE_INFINITY;
  #wantedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ChannelWayOptions) {
    this.#options = options;
  }

  /** Whether the node has agreed and the channel works. */
  get isReady(): boolean {
    return this.#ready;
  }

  /** The room is the way from now on, perhaps once more: the node has to agree again. */
  want(): void {
    this.stop();
    this.#wanted = true;
    this.#wantedAt = performance.now();
    this.#ask();
  }

  /** Another way is taken, or none. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#wanted = this.#ready = this.#settled = false;
  }

  /** The channel has opened, its PeerConnection is connected again, or either is over. */
  changed(channel: SessionChannel, connected: boolean): void {
    this.#channel = channel;
    const works = connected && channel.isOpen;
    if (works === this.#works) return;
    this.#works = works;
    if (works) {
      this.#ask();
      return;
    }
    clearTimeout(this.#timer);
    if (!this.#ready) return;
    this.#ready = this.#settled = false;
    this.#options.lost();
  }

  /** What the node says on the channel. */
  receive(text: string): void {
    if (text === SESSION_PONG) {
      this.#ready = this.#wanted && this.#works;
      return;
    }
    const message = parseServerMessage(text);
    if (message !== undefined) this.#options.message(message);
  }

  /** The room is given something. */
  relayed(): void {
    this.#relayedAt = performance.now();
  }

  /**
   * Sends a request if it can.
   *
   * @param must whether there is no other way
   */
  send(request: SessionRequest, must = false): boolean {
    // A channel that closes tells of it only when it is closed.
    if (!this.#ready || !this.#channel?.isOpen) return false;
    this.#settled ||= must || performance.now() - this.#relayedAt >= SETTLES_IN;
    if (!this.#settled) return false;
    const text = JSON.stringify(request);
    // A UTF-16 unit is three bytes of UTF-8 at the most.
    if (text.length * 3 > MAX_SESSION_CHANNEL_BYTES && byteLength(text) > MAX_SESSION_CHANNEL_BYTES)
      return false;
    try {
      this.#channel.send(text);
    } catch {
      // The browser's buffer is full, or it knows of a smaller limit.
      return false;
    }
    return true;
  }

  #ask(): void {
    clearTimeout(this.#timer);
    if (!this.#wanted || !this.#works) return;
    const pause = Math.max(0, this.#wantedAt + ASK_AFTER - performance.now());
    this.#timer = setTimeout(() => {
      if (this.#channel?.isOpen) this.#channel.send(SESSION_PING);
    }, pause);
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
