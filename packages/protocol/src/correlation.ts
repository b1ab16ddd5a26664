import { z } from 'zod';

/** The header that names a request, in requests and answers. */
export const REQUEST_ID_HEADER = 'X-Request-Id';

/** What edge and nodes write to their logs about one request, or about one participant's stay, so that both are found by it. */
export const CorrelationId = z.string().regex(/^[A-Za-z0-9._-]{8,64}$/);
export type CorrelationId = z.infer<typeof CorrelationId>;

/** W3C Trace Context §3.2: version, trace id, parent id, flags. */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;
const NO_TRACE = '0'.repeat(32);

/**
 * The id of a request: the one its sender gave it in `X-Request-Id`, else the trace that `traceparent` says it belongs to,
 * else a new one. What does not look like an id is not taken: it would go into logs.
 */
export function correlationIdOf(headers: Headers): CorrelationId {
  const given = CorrelationId.safeParse(headers.get(REQUEST_ID_HEADER));
  if (given.success) return given.data;
  const trace = TRACEPARENT.exec(headers.get('traceparent') ?? '')?.[1];
  return trace === undefined || trace === NO_TRACE ? crypto.randomUUID() : trace;
}
