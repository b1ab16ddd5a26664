import { ERRORS, type ErrorCode, problem } from '@parley/protocol/errors';

/** An error as an HTTP response: problem JSON (RFC 9457) with the code's status. */
export function problemResponse(code: ErrorCode, detail: string): Response {
  const { status } = ERRORS[code];
  const headers = new Headers({ 'Content-Type': 'application/problem+json' });
  // RFC 9110 §15.5.22.
  if (code === 'upgrade_required') headers.set('Upgrade', 'websocket');
  return new Response(JSON.stringify(problem(code, detail)), { status, headers });
}
