import type { ErrorCode } from '@parley/protocol/errors';

/** The outcome of a call between objects: errors travel as values, since RPC loses the class of an exception. */
export type Result<T> = { ok: true; value: T } | { ok: false; code: ErrorCode; message: string };

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failure<T>(code: ErrorCode, message: string): Result<T> {
  return { ok: false, code, message };
}
