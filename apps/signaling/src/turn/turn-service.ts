import { ConfigError } from '@parley/protocol/config/load-config';
import type { WebrtcConfig } from '@parley/protocol/config/webrtc-config';
import type { IceServer } from '@parley/protocol/server-messages';

/** TURN servers that know the secret by which the edge makes credentials for them. */
export interface TurnService {
  readonly urls: readonly string[];
  /** Seconds that credentials open allocations. */
  readonly ttl: number;
  /** Never leaves the edge. */
  readonly secret: string;
}

/**
 * The TURN servers that are configured, if any.
 *
 * @throws {ConfigError} when there are URLs and no secret
 */
export function turnService(
  { urls, ttl }: WebrtcConfig['webrtc']['turn'],
  secret: string | undefined,
): TurnService | undefined {
  if (urls.length === 0) return undefined;
  if (secret === undefined || secret === '') {
    throw new ConfigError(
      'infra/config/webrtc.yaml: webrtc.turn.urls: needs the secret that the TURN servers have as static-auth-secret; ' +
        'run `wrangler secret put PARLEY_TURN_SECRET`, or leave the URLs out',
    );
  }
  return { urls, ttl, secret };
}

/**
 * Those servers with credentials of a participant's own: the name is when they expire and whose they are, the password
 * its HMAC-SHA1 under the secret (draft-uberti-behave-turn-rest-00 §2.2).
 *
 * @param now milliseconds since the epoch
 */
export async function turnServer(
  { urls, ttl, secret }: TurnService,
  participantId: string,
  now: number,
): Promise<IceServer> {
  const username = `${Math.floor(now / 1000) + ttl}:${participantId}`;
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-1' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(username));
  return { urls: [...urls], username, credential: btoa(String.fromCharCode(...new Uint8Array(mac))) };
}
