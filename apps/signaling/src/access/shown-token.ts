import { tokenOfProtocols } from '@parley/protocol/client-socket';

/**
 * The access token that a request shows: in the header that the configuration names, in `Authorization: Bearer`
 * (RFC 6750 §2.1), or among the subprotocols of a socket. It is read, not believed.
 */
export function shownToken(headers: Headers, headerName: string): string | undefined {
  const named = headers.get(headerName)?.replace(/^Bearer +/i, '');
  const bearer = /^Bearer +(.+)$/i.exec(headers.get('Authorization') ?? '')?.[1];
  // An empty header is none.
  return named || bearer || tokenOfProtocols(headers.get('Sec-WebSocket-Protocol') ?? undefined);
}
