/** The subprotocol that a client socket speaks, where it names one; a token may stand beside it, see {@link tokenProtocol}. */
export const CLIENT_PROTOCOL = 'parley';

const TOKEN_PREFIX = 'token.';

/** The subprotocol in which a browser's socket shows its access token (browsers cannot set headers, RFC 6455 §1.9). */
export function tokenProtocol(token: string): string {
  return `${TOKEN_PREFIX}${token}`;
}

/** The access token in a `Sec-WebSocket-Protocol` header. */
export function tokenOfProtocols(header: string | undefined): string | undefined {
  const entry = header?.split(',').find((protocol) => protocol.trim().startsWith(TOKEN_PREFIX));
  return entry?.trim().slice(TOKEN_PREFIX.length);
}
