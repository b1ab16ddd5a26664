import { type ErrorCode, ParleyError } from '@parley/protocol/errors';
import { ENROL_PATH, EnrolResponse } from '@parley/protocol/fleet-messages';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import { z } from 'zod';

/** The edge heard this node and said no: only an operator can change that. */
export class EnrolmentRefused extends ParleyError {
  constructor(code: ErrorCode, message: string) {
    super(code, message);
    this.name = 'EnrolmentRefused';
  }
}

/** A node token and until when it opens fleet sockets, ms. */
export interface NodeToken {
  token: string;
  until: number;
}

async function ask(edgeUrl: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`${edgeUrl}${ENROL_PATH}`, init);
  } catch (error) {
    // fetch() says "fetch failed"; why stands in its cause.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The edge at ${edgeUrl} cannot be reached (${why}); it is tried again.`, { cause });
  }
}

const Refusal = z.object({ detail: z.string().optional(), code: z.string().optional() });

/**
 * Buys a node token with the enrolment secret.
 *
 * @param stop gives up
 * @throws {EnrolmentRefused} when the edge refuses; any other error means it could not be asked
 */
export async function enrol(
  edgeUrl: string,
  nodeId: string,
  secret: string,
  stop: AbortSignal,
): Promise<NodeToken> {
  const response = await ask(edgeUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ nodeId, version: PROTOCOL_VERSION }),
    signal: AbortSignal.any([stop, AbortSignal.timeout(10_000)]),
  });
  if (response.ok) {
    const { token, expiresIn } = EnrolResponse.parse(await response.json());
    return { token, until: Date.now() + expiresIn * 1000 };
  }
  const body = Refusal.safeParse(await response.json().catch(() => ({}))).data;
  const said = body?.detail === undefined ? '' : ` It says: ${body.detail.slice(0, 200)}`;
  if (body?.code === 'enrolment_disabled') {
    throw new EnrolmentRefused(
      'enrolment_disabled',
      `The edge at ${edgeUrl} has no enrolment secret: set PARLEY_ENROLMENT_SECRET there (wrangler secret put), the same as here.${said}`,
    );
  }
  if (response.status === 401 || response.status === 403) {
    throw new EnrolmentRefused(
      'node_not_enrolled',
      `The edge at ${edgeUrl} refused this node's PARLEY_ENROLMENT_SECRET: set the same value on both sides.${said}`,
    );
  }
  if (response.status === 426) {
    throw new EnrolmentRefused(
      'unsupported_version',
      `The edge at ${edgeUrl} does not speak protocol version ${PROTOCOL_VERSION}: upgrade this node or the edge.${said}`,
    );
  }
  if (response.status === 404) {
    throw new EnrolmentRefused(
      'not_found',
      `${edgeUrl} is no Parley edge (${ENROL_PATH} is unknown there): correct PARLEY_EDGE_URL.`,
    );
  }
  throw new Error(`the edge answered HTTP ${response.status}.${said}`);
}
