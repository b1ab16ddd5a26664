import { ERRORS, type ErrorCode, problem } from '@parley/protocol/errors';

/** When a place of an address may be free again, seconds: nobody knows when somebody leaves. */
const PLACE_RETRY = 60;
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  too_many_rooms: PLACE_RETRY,
  too_many_participants: PLACE_RETRY,
};

const INVALID_TOKEN = 'Bearer error="invalid_token"';

/**
 * An error as an HTTP response: problem JSON (RFC 9457) with the code's status.
 *
 * @param retryAfter seconds after which the same request may succeed; by the code when absent
 */
export function problemResponse(code: ErrorCode, detail: string, retryAfter = RETRY_AFTER[code]): Response {
  const { status } = ERRORS[code];
  const headers = new Headers({ 'Content-Type': 'application/problem+json' });
  // RFC 9110 §15.5.22.
  if (code === 'upgrade_required') headers.set('Upgrade', 'websocket');
  // RFC 9110 §15.5.2; RFC 6750 §3.
  if (status === 401) headers.set('WWW-Authenticate', code === 'token_missing' ? 'Bearer' : INVALID_TOKEN);
  if (retryAfter !== undefined) headers.set('Retry-After', String(retryAfter));
  return new Response(JSON.stringify(problem(code, detail)), { status, headers });
}
