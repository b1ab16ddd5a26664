import { ClientMessage, MAX_CLIENT_MESSAGE_BYTES, MAX_JOIN_BYTES } from '@parley/protocol/client-messages';
import { DecodeError, decode } from '@parley/protocol/decode';
import type { ErrorCode } from '@parley/protocol/errors';
import { closeWithError } from '../sockets.ts';
import type { ClientAttachment } from './attachments.ts';
import { ClientLimits, type Verdict } from './client-limits.ts';
import { logRefusal } from './room-log.ts';
import { sendMessage } from './room-sockets.ts';

const TOO_FAST = 'Too many messages at once; send fewer, and wait for answers.';

/**
 * What reads strangers' frames: only messages that are whole, known and not too many get past it. The others are answered
 * with an error, and a client that sends no end of them is cut off.
 */
export class ClientIntake {
  readonly #limits = new Map<string, ClientLimits>();

  /**
   * Reads a frame; undefined when it was refused.
   *
   * @param mayChat whether who joined over this connection may say one more text to everybody
   */
  read(
    socket: WebSocket,
    client: ClientAttachment,
    data: string | ArrayBuffer,
    mayChat: () => boolean,
  ): ClientMessage | undefined {
    // Whoever does not close its end goes on sending: what comes behind the close is not read.
    if (socket.readyState !== WebSocket.OPEN) return;
    const { connectionId, joined } = client;
    const limits = this.#limitsOf(connectionId);
    const length = typeof data === 'string' ? data.length : data.byteLength;
    const frame = limits.frame(Date.now(), length);
    if (frame !== 'pass') return this.#answer(socket, client, frame, 'rate_limited', TOO_FAST);
    let message: ClientMessage;
    try {
      message = decode(ClientMessage, data, joined ? MAX_CLIENT_MESSAGE_BYTES : MAX_JOIN_BYTES);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return this.#answer(socket, client, limits.refused(), error.code, error.message, error.requestType);
    }
    if (!joined && message.type !== 'join') {
      return this.#answer(
        socket,
        client,
        limits.refused(),
        'join_required',
        'Send join first.',
        message.type,
      );
    }
    if (message.type === 'chat' && !mayChat()) {
      return this.#answer(socket, client, limits.refused(), 'rate_limited', TOO_FAST, message.type);
    }
    return message;
  }

  /** A connection is gone. */
  forget(connectionId: string): void {
    this.#limits.delete(connectionId);
  }

  #limitsOf(connectionId: string): ClientLimits {
    const limits = this.#limits.get(connectionId) ?? new ClientLimits(Date.now());
    this.#limits.set(connectionId, limits);
    return limits;
  }

  #answer(
    socket: WebSocket,
    client: ClientAttachment,
    verdict: Verdict,
    code: ErrorCode,
    message: string,
    requestType?: string,
  ): undefined {
    logRefusal(client, code, requestType);
    sendMessage(socket, { type: 'error', code, message, ...(requestType && { requestType }) });
    if (verdict === 'cut') closeWithError(socket, 'rate_limited', TOO_FAST);
  }
}
