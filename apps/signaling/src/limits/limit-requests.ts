import type { MiddlewareHandler } from 'hono';
import type { Environment } from '../environment.ts';
import { log } from '../log.ts';
import { problemResponse } from '../problem-response.ts';
import { webrtcConfig } from '../settings.ts';
import { inTime } from './in-time.ts';
import { LimiterObject } from './limiter-object.ts';

/** How long the Limiter may take before a request is let through without it, milliseconds. */
const TIMEOUT = 2_000;

/**
 * Refuses what an address asks for too often with 429 and `Retry-After` (RFC 9110 §10.2.3), before anything else is asked.
 *
 * @param addressOf by which address a request is limited; undefined when it is not
 */
export function limitRequests(
  addressOf: (request: Request) => string | undefined | Promise<string | undefined>,
): MiddlewareHandler<{ Bindings: Environment }> {
  return async (c, next) => {
    const { enabled, requests_per_minute } = webrtcConfig.security.rate_limit;
    const address = enabled ? await addressOf(c.req.raw) : undefined;
    if (address === undefined) return next();
    const wait = await waitOf(c.env, address, requests_per_minute);
    if (wait === 0) return next();
    const seconds = Math.ceil(wait / 1000);
    const detail = `This server takes ${requests_per_minute} requests a minute from one address; try again in ${seconds} s.`;
    return problemResponse('too_many_requests', detail, seconds);
  };
}

async function waitOf(env: Environment, address: string, perMinute: number): Promise<number> {
  try {
    return await inTime(TIMEOUT, LimiterObject.ofAddress(env, address).request(perMinute));
  } catch (error) {
    log.warn('request not counted', { error: String(error) });
    return 0;
  }
}
