import type { AccessTokenClaims } from '@parley/protocol/access-token';
import { shownClaims } from '../access/shown-claims.ts';
import { clientAddress } from '../client-address.ts';

/**
 * The address by which a caller of the API, and the rooms that it makes, are limited; undefined for who is not: a token
 * with `api` is the operator's own server, which makes many rooms. An unknown address is not limited: in one count for all
 * who have none, one client would lock out the others.
 *
 * @param claims what its token says
 */
export function limitedBy(request: Request, claims: AccessTokenClaims | undefined): string | undefined {
  return claims?.api ? undefined : clientAddress(request);
}

/** The same where the token has yet to be read; one that is not valid exempts nobody. */
export async function limitedAddress(request: Request): Promise<string | undefined> {
  return limitedBy(request, await shownClaims(request).catch(() => undefined));
}
