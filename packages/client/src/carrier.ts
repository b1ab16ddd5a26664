import type { ClientMessage } from '@parley/protocol/client-messages';
import type { ServerMessage } from '@parley/protocol/server-messages';

/** Brings messages to the other side and back: to the Room, or to a media node. */
export interface Carrier {
  /** Sends a message; does nothing while the carrier is not open. */
  send(message: ClientMessage): void;
  /** There is reason to think that it is dead: it has to show soon that it is not, or is lost. */
  check(): void;
  /** Closes it from this side, without calling `closed`. */
  close(): void;
}

/** Hears what a {@link Carrier} brings. */
export interface CarrierListener {
  /** Messages can be sent. Called once, before the first message. */
  opened(): void;
  message(message: ServerMessage): void;
  /** It was lost, or closed by the server: never because of `close()`. Called once, after the last message. */
  closed(code: number, reason: string): void;
}
