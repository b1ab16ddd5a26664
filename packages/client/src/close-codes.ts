import type { ErrorCode } from '@parley/protocol/errors';

/**
 * The errors after which the same `join` may succeed a moment later, with their close codes (`closeCode()` of the
 * protocol). Every other error of the protocol would only be repeated: it is final.
 */
export const RETRYABLE: Partial<Record<ErrorCode, number>> = {
  join_timeout: 4408,
  slow_reader: 4408,
  rate_limited: 4429,
  internal: 4500,
  server_full: 4503,
  server_busy: 4503,
  media_unavailable: 4503,
  session_lost: 4503,
  token_issuer_unavailable: 4503,
};

/** The first close code of the protocol's own. What is below says something about connections, not about us. */
const FIRST_OF_OURS = 4000;

/** Whether to come back after the server has refused with this error. */
export function isRetryableError(code: ErrorCode): boolean {
  return RETRYABLE[code] !== undefined;
}

/** Whether to come back after a socket was closed with this code. */
export function isRetryableClose(code: number): boolean {
  return code < FIRST_OF_OURS || Object.values(RETRYABLE).includes(code);
}
