import type { AccessTokenClaims } from '@parley/protocol/access-token';
import { accessSettings } from '../settings.ts';
import { claimsOf } from './authentication.ts';
import { shownToken } from './shown-token.ts';

/** What the tokens of requests under way say: limits ask before routes do, and a JWKS may be slow. */
const known = new WeakMap<Headers, Promise<AccessTokenClaims | undefined>>();

/**
 * What the token of an API request says, see {@link claimsOf}; verified once a request.
 *
 * @throws {ParleyError} where tokens are required and this one is not valid
 */
export function shownClaims({ headers }: Request): Promise<AccessTokenClaims | undefined> {
  const claims = known.get(headers) ?? claimsOf(accessSettings, shownToken(headers, accessSettings.header));
  known.set(headers, claims);
  return claims;
}
