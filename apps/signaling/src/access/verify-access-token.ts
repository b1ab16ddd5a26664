import {
  AccessTokenClaims,
  CLOCK_TOLERANCE_SECONDS,
  MAX_ACCESS_TOKEN_LENGTH,
} from '@parley/protocol/access-token';
import type { ApiKeys } from '@parley/protocol/api-keys';
import { describeIssues } from '@parley/protocol/decode';
import { ParleyError } from '@parley/protocol/errors';
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';

/** Whose tokens count. */
export interface Issuers {
  keys: ApiKeys;
  jwks?: PublicKeys;
}

/** An issuer that signs with keys of its own. */
export interface PublicKeys {
  /** The public keys at `security.jwks_url`; throws `ParleyError`s. */
  keys: JWTVerifyGetKey;
  /** What its tokens must have as `iss` and `aud`. */
  issuer?: string;
  audience?: string;
}

/** Of API keys: a shared secret is never a public key, and the other way round (RFC 8725 §2.1). */
const SYMMETRIC = 'HS256';
/** Of the keys at `security.jwks_url`. */
const ASYMMETRIC = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/**
 * What a valid access token says.
 *
 * @throws {ParleyError} `token_malformed`, `token_unknown_issuer`, `token_bad_signature`, `token_expired` or
 * `token_issuer_unavailable`
 */
export async function verifyAccessToken(token: string, issuers: Issuers): Promise<AccessTokenClaims> {
  if (token.length > MAX_ACCESS_TOKEN_LENGTH) {
    throw malformed(`An access token may have ${MAX_ACCESS_TOKEN_LENGTH} characters at the most.`);
  }
  const claims = AccessTokenClaims.safeParse(await verify(token, issuers));
  if (!claims.success) throw malformed(describeIssues(claims.error, 'token'));
  return claims.data;
}

async function verify(token: string, issuers: Issuers): Promise<JWTPayload> {
  const options = { clockTolerance: CLOCK_TOLERANCE_SECONDS, requiredClaims: ['exp'] };
  try {
    const { alg, typ } = decodeProtectedHeader(token);
    // The edge's own tokens say what they are, and so do others' that are for something else (RFC 8725 §3.11).
    if (typ !== undefined && typ.toUpperCase() !== 'JWT') throw malformed('The token’s typ must be JWT.');
    if (alg === SYMMETRIC) {
      const secret = secretOf(decodeJwt(token).iss, issuers);
      const verified = await jwtVerify(token, secret, { ...options, algorithms: [SYMMETRIC] });
      return verified.payload;
    }
    if (alg === undefined || !ASYMMETRIC.includes(alg)) {
      throw malformed(`Sign the token with ${SYMMETRIC} and an API key, or with ${ASYMMETRIC.join(', ')}.`);
    }
    if (issuers.jwks === undefined) {
      throw new ParleyError(
        'token_unknown_issuer',
        `This server has no security.jwks_url; sign the token with ${SYMMETRIC} and an API key.`,
      );
    }
    const { keys, ...expected } = issuers.jwks;
    const verified = await jwtVerify(token, keys, { ...options, ...expected, algorithms: ASYMMETRIC });
    return verified.payload;
  } catch (error) {
    throw toParleyError(error);
  }
}

function secretOf(issuer: unknown, { keys }: Issuers): Uint8Array {
  const secret = typeof issuer === 'string' ? keys.get(issuer) : undefined;
  if (secret === undefined) {
    throw new ParleyError(
      'token_unknown_issuer',
      'The token’s iss is none of this server’s API keys (PARLEY_API_KEYS); put in the id of one, and sign with its secret.',
    );
  }
  return new TextEncoder().encode(secret);
}

function toParleyError(error: unknown): unknown {
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    const message = 'Sign the token with the secret of the key that its iss or kid names.';
    return new ParleyError('token_bad_signature', message);
  }
  if (error instanceof errors.JWTExpired) return new ParleyError('token_expired', 'Get a new access token.');
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf' && error.reason === 'check_failed') {
      return new ParleyError('token_expired', 'The token’s time (nbf) has not come yet; check the clocks.');
    }
    if (error.claim === 'iss' || error.claim === 'aud') {
      const name = error.claim === 'iss' ? 'jwks_issuer' : 'jwks_audience';
      const message = `The token’s ${error.claim} is not security.${name}: it is for something else.`;
      return new ParleyError('token_unknown_issuer', message);
    }
    return malformed(`The token’s claim ${error.claim} is missing or not a number.`);
  }
  // decodeProtectedHeader reports what is no token as a TypeError.
  if (error instanceof errors.JOSEError || error instanceof TypeError) {
    return malformed('An access token is a signed JWT (RFC 7519) in the compact form.');
  }
  return error;
}

function malformed(message: string): ParleyError {
  return new ParleyError('token_malformed', message);
}
