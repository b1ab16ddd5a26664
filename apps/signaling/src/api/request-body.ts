import { ParleyError } from '@parley/protocol/errors';
import type { Context, MiddlewareHandler } from 'hono';

/** Whether a request has a body, by what its head says. */
export function hasBody(request: Request): boolean {
  if (request.body === null) return false;
  return request.headers.get('Content-Length') !== '0';
}

/** Refuses a request without a body: what checks it would take that for one without fields. */
export const requireBody: MiddlewareHandler = async (c, next) => {
  if (!hasBody(c.req.raw)) throw new ParleyError('bad_json', 'Send a JSON object as the request body.');
  await next();
};

/**
 * What reads bodies knows fewer ways to write their type than RFC 9110 §8.3.1 has, and takes a type for a body: requests are
 * brought to those that it knows.
 *
 * @throws {ParleyError} `unsupported_media_type`
 */
export const readableType: MiddlewareHandler = async (c, next) => {
  const type = c.req.header('Content-Type') ?? '';
  if (!hasBody(c.req.raw)) {
    if (type !== '') setType(c, undefined);
  } else if (type !== 'application/json') {
    if (!/^application\/([a-z.-]+\+)?json\s*(;|$)/i.test(type)) {
      throw new ParleyError(
        'unsupported_media_type',
        'Send the body as JSON, with Content-Type: application/json.',
      );
    }
    setType(c, 'application/json');
  }
  await next();
};

function setType(c: Context, type: string | undefined): void {
  const headers = new Headers(c.req.raw.headers);
  if (type === undefined) headers.delete('Content-Type');
  else headers.set('Content-Type', type);
  c.req.raw = new Request(c.req.raw, { headers });
}
