import { closeCode, ERRORS, type ErrorCode } from '@parley/protocol/errors';
import { describe, expect, it } from 'vitest';
import { isRetryableClose, isRetryableError, RETRYABLE } from './close-codes.ts';

describe('close codes', () => {
  it.each(Object.entries(RETRYABLE))('%s is %i in the protocol too', (code, close) => {
    expect(closeCode(code as ErrorCode)).toBe(close);
    expect(isRetryableError(code as ErrorCode)).toBe(true);
  });

  it.each([
    'room_closed',
    'room_full',
    'room_not_found',
    'resumed_elsewhere',
    'forbidden',
    'unsupported_version',
    'origin_not_allowed',
    'invalid_message',
    'message_too_large',
    'wrong_room',
    'token_missing',
    'token_malformed',
    'token_bad_signature',
    'token_unknown_issuer',
    'token_expired',
    'token_wrong_room',
    'token_insufficient',
  ] as const)('%s is final', (code) => {
    expect(ERRORS).toHaveProperty(code);
    expect(isRetryableError(code)).toBe(false);
    expect(isRetryableClose(closeCode(code))).toBe(false);
  });

  it.each([1000, 1001, 1005, 1006, 1011, 1012, 1013])('%i says nothing final', (code) => {
    expect(isRetryableClose(code)).toBe(true);
  });
});
