import { ParleyError } from '@parley/protocol/errors';
import type { MiddlewareHandler } from 'hono';

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
