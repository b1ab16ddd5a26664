import type { ConnectionTestOptions } from '@parley/client/connection-test';
import { roomOf, tokenOf } from '../room-link.ts';

/**
 * What a link to the test asks for: `?room=ROOM`, `#token=JWT&receiver=JWT`. Without a room it is the one that the token is
 * for, or one of the test's own.
 */
export function testLink(
  location: Pick<Location, 'pathname' | 'search' | 'hash'>,
): Pick<ConnectionTestOptions, 'room' | 'token' | 'receiverToken'> {
  const token = tokenOf(location);
  const receiverToken = new URLSearchParams(location.hash.slice(1)).get('receiver') ?? undefined;
  const room = roomOf(location) ?? (token && roomOfToken(token));
  return {
    ...(room !== undefined && { room }),
    ...(token !== undefined && { token }),
    ...(receiverToken !== undefined && { receiverToken }),
  };
}

/** The one room that a token is for, as it says itself; the server checks it. */
function roomOfToken(token: string): string | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(atob(payload));
    const room = typeof claims === 'object' && claims !== null && 'room' in claims ? claims.room : undefined;
    return typeof room === 'string' && room !== '*' ? room : undefined;
  } catch {
    return undefined;
  }
}
