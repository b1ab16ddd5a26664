import { CLIENT_PROTOCOL } from '@parley/protocol/client-socket';

/**
 * Answers a client's handshake with the subprotocol that it speaks, where it offers it (RFC 6455 §4.2.2): a browser that
 * named any closes the socket otherwise. Never with the one that is its token.
 *
 * @param response that of the room, whatever its status
 */
export function acceptProtocol(request: Request, response: Response): Response {
  const offered = request.headers.get('Sec-WebSocket-Protocol')?.split(',') ?? [];
  if (response.webSocket === null || !offered.some((one) => one.trim() === CLIENT_PROTOCOL)) return response;
  const headers = { 'Sec-WebSocket-Protocol': CLIENT_PROTOCOL };
  return new Response(null, { status: 101, webSocket: response.webSocket, headers });
}
