import type { z } from 'zod';
import { ParleyError } from './errors.ts';

/** The `type` of a message that failed, when it could be read: goes into `error.requestType`. */
export class DecodeError extends ParleyError {
  readonly requestType: string | undefined;

  constructor(code: ParleyError['code'], message: string, requestType?: string) {
    super(code, message);
    this.name = 'DecodeError';
    this.requestType = requestType;
  }
}

/**
 * Reads one JSON message of a discriminated union.
 *
 * @param maxBytes largest size in UTF-8 bytes
 * @throws {DecodeError} `message_too_large`, `bad_json`, `unknown_type` or `invalid_message`
 */
export function decode<T extends z.ZodDiscriminatedUnion>(
  union: T,
  data: string | ArrayBuffer | ArrayBufferView,
  maxBytes: number,
): z.output<T> {
  if (typeof data !== 'string') {
    throw new DecodeError('bad_json', 'Send JSON in text frames; binary frames are not used here.');
  }
  // A UTF-16 unit is at least one byte of UTF-8, so the cheap test comes first.
  if (data.length > maxBytes || utf8Length(data) > maxBytes) {
    throw new DecodeError('message_too_large', `A message here may have ${maxBytes} bytes at the most.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw new DecodeError('bad_json', 'Send one JSON object in each text frame.');
  }
  const type = messageType(value);
  const result = union.safeParse(value);
  if (result.success) return result.data as z.output<T>;
  if (type === undefined) {
    throw new DecodeError('invalid_message', 'Send a JSON object with a string "type".');
  }
  const types = knownTypes(union);
  if (!types.includes(type)) {
    throw new DecodeError('unknown_type', `"type" must be one of ${types.join(', ')}.`, type);
  }
  throw new DecodeError('invalid_message', describeIssues(result.error, type), type);
}

/** One sentence that names each wrong field of a value and what would be right. */
export function describeIssues(error: z.ZodError, what: string): string {
  const parts = error.issues.slice(0, 5).map((issue) => {
    const path = [what, ...issue.path.map(String)].join('.');
    return `${path}: ${issue.message}`;
  });
  const more = error.issues.length > 5 ? `; and ${error.issues.length - 5} more` : '';
  return `${parts.join('; ')}${more}.`;
}

function messageType(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  return typeof value.type === 'string' ? value.type.slice(0, 64) : undefined;
}

function knownTypes(union: z.ZodDiscriminatedUnion): string[] {
  return union.options.flatMap((option) => [...(option._zod.propValues?.['type'] ?? [])].map(String));
}

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7ff) bytes += unit >= 0xd800 && unit <= 0xdfff ? 1 : 2;
    else if (unit > 0x7f) bytes += 1;
  }
  return bytes;
}
