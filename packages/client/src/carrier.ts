import type { ClientMessage } from '@parley/protocol/client-messages';
import type { ServerMessage } from '@parley/protocol/server-messages';

/** Brings messages to the server and back. Today a WebSocket; the call does not know. */
export interface Carrier {
  /** Sends a message; does nothing once the carrier is closed. */
  send(message: ClientMessage): void;
  /** Closes it from this side, without calling `closed`. */
  close(): void;
}

/** Hears what a {@link Carrier} brings. */
export interface CarrierListener {
  message(message: ServerMessage): void;
  /** It was lost, or closed by the server: never because of `close()`. Called once, after the last message. */
  closed(code: number, reason: string): void;
}
