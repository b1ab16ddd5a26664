import { SessionRequest } from '@parley/protocol/client-messages';
import { MAX_SESSION_CHANNEL_BYTES, SESSION_PING, SESSION_PONG } from '@parley/protocol/data-channels';
import { decode } from '@parley/protocol/decode';
import type { SessionEvent } from '@parley/protocol/server-messages';
import type { DataConsumer } from 'mediasoup/types';

/** Gets what a client says on its session's channel. */
export interface SessionChannelHandlers {
  /** The client asks for the session's messages to come on it. @returns whether they will */
  opened(channel: SessionChannel): boolean;
  request(request: SessionRequest): void;
}

/**
 * The channel `session` of a client: it spares the Room what node and client have to say to each other. The Room stays
 * the way for what it does not take.
 */
export class SessionChannel {
  readonly #consumer: DataConsumer;
  readonly #maxBytes: number;
  readonly #handlers: SessionChannelHandlers;
  #failed = false;

  /**
   * @param consumer towards the client
   * @param maxBytes largest message that the client takes
   */
  constructor(consumer: DataConsumer, maxBytes: number, handlers: SessionChannelHandlers) {
    this.#consumer = consumer;
    this.#maxBytes = Math.min(maxBytes, MAX_SESSION_CHANNEL_BYTES);
    this.#handlers = handlers;
  }

  /**
   * Sends a message, if it can.
   *
   * @param otherwise called later when it turns out that it could not
   * @returns false when it is known at once that it cannot
   */
  send(message: SessionEvent, otherwise: () => void): boolean {
    const text = JSON.stringify(message);
    if (this.#failed || this.#consumer.closed || Buffer.byteLength(text) > this.#maxBytes) return false;
    this.#consumer.send(text).catch(() => {
      // The association has ended, or the client takes nothing: it has to begin anew.
      this.#failed = true;
      otherwise();
    });
    return true;
  }

  /** @throws {ParleyError} when it is no request */
  receive(text: string): void {
    if (text !== SESSION_PING) {
      this.#handlers.request(decode(SessionRequest, text, MAX_SESSION_CHANNEL_BYTES));
      return;
    }
    this.#failed = false;
    // One that fails is asked again.
    if (this.#handlers.opened(this)) this.#consumer.send(SESSION_PONG).catch(() => undefined);
  }
}
