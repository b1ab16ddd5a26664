import { z } from 'zod';

/**
 * Value of the `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header-07): best a UUID. With quotes, as the
 * draft has it, or without.
 */
export const IdempotencyKey = z
  .string()
  .regex(/^"?[\x21\x23-\x7e]{16,128}"?$/, 'must be 16 to 128 printable characters, for example a UUID')
  .transform((key) => key.replace(/^"|"$/g, ''));
