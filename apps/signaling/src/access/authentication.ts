import type { AccessTokenClaims } from '@parley/protocol/access-token';
import { parseApiKeys } from '@parley/protocol/api-keys';
import { ConfigError } from '@parley/protocol/config/load-config';
import type { WebrtcConfig } from '@parley/protocol/config/webrtc-config';
import { ParleyError } from '@parley/protocol/errors';
import { openGrants } from '@parley/protocol/grants';
import type { AccessRefusal } from '@parley/room/commands';
import type { Access } from '@parley/room/state';
import type { FetchImplementation } from 'jose';
import { accessOf } from './access-of-claims.ts';
import { remoteKeys } from './remote-keys.ts';
import { type Issuers, verifyAccessToken } from './verify-access-token.ts';

/** How people and callers of the API prove who they are. */
export interface Authentication {
  /** Whether nobody may do anything without a token. */
  readonly required: boolean;
  /** The header that may carry one, beside `Authorization`. */
  readonly header: string;
  readonly issuers: Issuers;
  /** Most bit/s that anybody may send. */
  readonly maxBitrate: number;
}

/**
 * What is configured.
 *
 * @param apiKeys the secret `PARLEY_API_KEYS`
 * @param fetcher gets the keys at `security.jwks_url`
 * @throws {ConfigError} when tokens are required and none could be valid, or the keys cannot be read
 */
export function authentication(
  { security, webrtc }: WebrtcConfig,
  apiKeys: string | undefined,
  fetcher?: FetchImplementation,
): Authentication {
  const { require_auth: required, auth_token_header: header, jwks_url } = security;
  const { jwks_issuer: issuer, jwks_audience: audience } = security;
  const keys = parseApiKeys(apiKeys);
  if (required && keys.size === 0 && jwks_url === undefined) {
    throw new ConfigError(
      'infra/config/webrtc.yaml: security.require_auth: needs keys that sign the tokens; run `pnpm api-key` and ' +
        '`wrangler secret put PARLEY_API_KEYS`, or set security.jwks_url',
    );
  }
  const issuers: Issuers = { keys };
  if (jwks_url !== undefined) {
    const expected = { ...(issuer !== undefined && { issuer }), ...(audience !== undefined && { audience }) };
    issuers.jwks = { keys: remoteKeys(jwks_url, fetcher), ...expected };
  }
  return { required, header, issuers, maxBitrate: webrtc.max_bitrate };
}

/** What somebody who shows this token, or none, may do in a room. */
export async function admit(
  { required, header, issuers, maxBitrate }: Authentication,
  token: string | undefined,
  roomId: string,
): Promise<Access | AccessRefusal> {
  if (token === undefined) return required ? tokenMissing(header) : { grants: openGrants(maxBitrate) };
  try {
    return accessOf(await verifyAccessToken(token, issuers), roomId, maxBitrate);
  } catch (error) {
    return refusalOf(error);
  }
}

/**
 * What the token of an API request says. While none is required, one that is wrong is as none: all is open then.
 *
 * @throws {ParleyError} where tokens are required and this one is not valid
 */
export async function claimsOf(
  { required, issuers }: Authentication,
  token: string | undefined,
): Promise<AccessTokenClaims | undefined> {
  if (token === undefined) return undefined;
  try {
    return await verifyAccessToken(token, issuers);
  } catch (error) {
    if (required || !(error instanceof ParleyError)) throw error;
    return undefined;
  }
}

/** Says where a token may stand. */
export function tokenMissing(header: string): AccessRefusal {
  return {
    code: 'token_missing',
    message:
      `Show an access token: in the header ${header} or Authorization: Bearer; a client of a room also in join.token ` +
      'or as the subprotocol token.<JWT>.',
  };
}

function refusalOf(error: unknown): AccessRefusal {
  if (error instanceof ParleyError) return { code: error.code, message: error.message };
  throw error;
}
