/**
 * The direct carrier: a socket from the client to the media node, at {@link SESSION_PATH} of the node's public URL. It
 * carries the session messages ({@link SessionRequest}, {@link SessionEvent}) and, as keep-alive, the text frames
 * `ping` and `pong`. The ticket travels as a subprotocol, the one header that browsers let a page set and that no
 * access log keeps.
 * Browsers import this file, so it brings no schemas.
 */
export const SESSION_PATH = '/session';

/** The subprotocol that the node selects. */
export const DIRECT_PROTOCOL = 'parley.session';

const TICKET_PREFIX = 'ticket.';

/** The subprotocols that a client offers (RFC 6455 §1.9). */
export function directProtocols(ticket: string): string[] {
  return [DIRECT_PROTOCOL, `${TICKET_PREFIX}${ticket}`];
}

/** The ticket in a `Sec-WebSocket-Protocol` header; undefined when there is none. */
export function ticketOf(header: string | undefined): string | undefined {
  const offered = (header ?? '').split(',').map((name) => name.trim());
  return offered.find((name) => name.startsWith(TICKET_PREFIX))?.slice(TICKET_PREFIX.length);
}
