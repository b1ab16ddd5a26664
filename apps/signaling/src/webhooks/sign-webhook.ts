import { WEBHOOK_TTL_SECONDS, type WebhookClaims } from '@parley/protocol/webhook';
import { SignJWT } from 'jose';
import type { SigningApiKey } from './webhook-service.ts';

/**
 * The token that signs one delivery, see {@link WebhookClaims}.
 *
 * @param body as it goes over the wire
 * @param now milliseconds since the epoch
 */
export async function signWebhook(
  { id, secret }: SigningApiKey,
  body: BufferSource,
  now: number,
): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  const iat = Math.floor(now / 1000);
  const claims: WebhookClaims = {
    iss: id,
    sha256: btoa(String.fromCharCode(...digest)),
    iat,
    exp: iat + WEBHOOK_TTL_SECONDS,
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(secret));
}
