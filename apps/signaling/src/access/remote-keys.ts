import { ParleyError } from '@parley/protocol/errors';
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';
import { log } from '../log.ts';

/** Milliseconds that a join may wait for the keys. */
const FETCH_TIMEOUT = 3_000;
/** Milliseconds for which keys are believed: how long a key that was withdrawn still counts. */
const MAX_AGE = 10 * 60_000;
/** Milliseconds between looks for a key that is not there, whoever asks for it. */
const COOLDOWN = 30_000;
/** Milliseconds between looks while they fail: whoever makes tokens up has nobody asked for each of them. */
const PAUSE = 1_000;

/**
 * The public keys at a URL (RFC 7517), kept in the isolate; looked up again when they are old, or when a token names one that is
 * not there. It throws `ParleyError`s: `token_unknown_issuer` and `token_issuer_unavailable`.
 *
 * @param url http or https
 */
export function remoteKeys(
  url: string,
  fetcher: FetchImplementation = (address, options) => fetch(address, options),
): JWTVerifyGetKey {
  let failedAt = Number.NEGATIVE_INFINITY;
  const pauses = () => Date.now() < failedAt + PAUSE;
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_TIMEOUT,
    cooldownDuration: COOLDOWN,
    cacheMaxAge: MAX_AGE,
    [customFetch]: async (address, options) => {
      if (pauses()) throw new Error('asked a moment ago, in vain');
      return fetcher(address, options);
    },
  });
  let loggedAt = 0;
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSENotSupported) {
        const message =
          'No key at security.jwks_url fits the token’s kid and alg; sign it with one that is there.';
        throw new ParleyError('token_unknown_issuer', message, { cause: error });
      }
      if (error instanceof errors.JWKSMultipleMatchingKeys) {
        const message = 'Several keys at security.jwks_url fit the token; name one by kid in its header.';
        throw new ParleyError('token_unknown_issuer', message, { cause: error });
      }
      if (!pauses()) failedAt = Date.now();
      if (Date.now() >= loggedAt + COOLDOWN) {
        loggedAt = Date.now();
        log.warn('issuer keys not to be had', { error: String(error) });
      }
      throw new ParleyError(
        'token_issuer_unavailable',
        'The server could not get the keys at security.jwks_url; try again in a moment.',
        { cause: error },
      );
    }
  };
}
