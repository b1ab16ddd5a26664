import type { CallError } from '@parley/client/call-error';
import type { Texts } from './texts.ts';

/** What an error means for the person and what they can do; what the error itself says where there are no words here. */
export function errorText(texts: Texts, { code, device, requestType, message }: CallError): string {
  const byDevice: Readonly<Record<string, Record<string, string>>> = texts.capture;
  const byCode: Readonly<Record<string, string>> = texts.errors;
  if (code === 'forbidden' && requestType === 'chat') return texts.notices.chatForbidden;
  // A newer server may know more codes than this page.
  return (device && byDevice[code]?.[device]) ?? byCode[code] ?? message;
}
