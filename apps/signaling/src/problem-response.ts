import { ERRORS, type ErrorCode, problem } from '@parley/protocol/errors';

/** An error as an HTTP response: problem JSON (RFC 9457) with the code's status. */
export function problemResponse(code: ErrorCode, detail: string, headers: HeadersInit = {}): Response {
  return new Response(JSON.stringify(problem(code, detail)), {
    status: ERRORS[code].status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  });
}
