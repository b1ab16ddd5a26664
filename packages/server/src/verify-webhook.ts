import type { ApiKey } from '@parley/protocol/api-keys';
import type { WebhookEvent } from '@parley/protocol/webhook';
import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';

/** Seconds by which the clocks of the edge and of the receiver may differ. */
const CLOCK_TOLERANCE = 10;

/** A delivery that does not come from the edge, or not as it was sent. Answer it with 401. */
export class WebhookError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WebhookError';
  }
}

/**
 * The event of a delivery, if the edge signed it. The same event can come more than once: remember its `id`.
 *
 * @param body the request's body as it came, before anything parsed it
 * @param authorization the request's header `Authorization`
 * @param keys the API keys that the edge may sign with; several in a rotation
 * @throws {WebhookError} where it is not to be believed
 */
export async function verifyWebhook(
  body: string | Uint8Array<ArrayBuffer>,
  authorization: string | null | undefined,
  keys: readonly ApiKey[],
): Promise<WebhookEvent> {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new WebhookError('The request has no Authorization: Bearer.');
  const { sha256 } = await claimsOf(token, keys);
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  // Whoever sent it could have made both: nothing is learned from how long this takes.
  if (sha256 !== btoa(String.fromCharCode(...digest))) {
    throw new WebhookError(
      'The body is not the one that was signed; pass it as it came, before it is parsed.',
    );
  }
  return JSON.parse(new TextDecoder().decode(bytes)) as WebhookEvent;
}

async function claimsOf(token: string, keys: readonly ApiKey[]): Promise<JWTPayload> {
  try {
    const { iss } = decodeJwt(token);
    const key = keys.find(({ id }) => id === iss);
    if (key === undefined) throw new WebhookError('None of the keys signed it; know all that the edge has.');
    const { payload } = await jwtVerify(token, new TextEncoder().encode(key.secret), {
      algorithms: ['HS256'],
      requiredClaims: ['exp', 'sha256'],
      clockTolerance: CLOCK_TOLERANCE,
    });
    return payload;
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw new WebhookError(`The signature does not count: ${error.message}.`, { cause: error });
  }
}
