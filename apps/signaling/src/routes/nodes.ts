import { describeIssues } from '@parley/protocol/decode';
import { ParleyError } from '@parley/protocol/errors';
import {
  ENROL_PATH,
  EnrolmentSecret,
  EnrolRequest,
  type EnrolResponse,
  FLEET_PATH,
} from '@parley/protocol/fleet-messages';
import { NODE_TOKEN_TTL_SECONDS } from '@parley/protocol/tokens';
import { isSupportedVersion, PROTOCOL_VERSION } from '@parley/protocol/version';
import { type Context, Hono } from 'hono';
import type { Environment } from '../environment.ts';
import { FleetObject } from '../fleet/fleet-object.ts';
import { KeyringObject } from '../keyring/keyring-object.ts';
import { signNodeToken } from '../keyring/sign.ts';
import { verifyAssignment, verifyNodeToken } from '../keyring/verify.ts';
import { RoomObject } from '../room/room-object.ts';
import { bearerToken, secretsEqual } from '../secrets.ts';
import { region, residency } from '../settings.ts';

/** What media nodes use. What a stranger could send is refused here, before a room or fleet is touched. */
export const nodes = new Hono<{ Bindings: Environment }>();

nodes.post(ENROL_PATH, async (c) => {
  const secret = EnrolmentSecret.safeParse(c.env.PARLEY_ENROLMENT_SECRET ?? '');
  if (!secret.success) {
    const wrong = secret.error.issues[0]?.message;
    throw new ParleyError('enrolment_disabled', `The edge’s secret PARLEY_ENROLMENT_SECRET ${wrong}.`);
  }
  const shown = bearerToken(c.req.header('Authorization'));
  if (shown === undefined || !(await secretsEqual(shown, secret.data))) {
    throw new ParleyError(
      'node_not_enrolled',
      'Set PARLEY_ENROLMENT_SECRET on the node to the edge’s secret.',
    );
  }
  const request = EnrolRequest.safeParse(await c.req.json().catch(() => undefined));
  if (!request.success) throw new ParleyError('invalid_message', describeIssues(request.error, 'body'));
  if (!isSupportedVersion(request.data.version)) {
    throw new ParleyError(
      'unsupported_version',
      `The edge speaks version ${PROTOCOL_VERSION}; update the node.`,
    );
  }
  const token = await signNodeToken(await KeyringObject.of(c.env).signingKey(), request.data.nodeId);
  return c.json({ token, expiresIn: NODE_TOKEN_TTL_SECONDS } satisfies EnrolResponse);
});

nodes.get(FLEET_PATH, async (c) => {
  const { sub, fleet } = await enrolled(c);
  const url = `https://fleet/?node=${encodeURIComponent(sub)}`;
  return fleet.fetch(url, { headers: { Upgrade: 'websocket' } });
});

nodes.get('/internal/rooms/:id/link', async (c) => {
  requireUpgrade(c);
  const token = bearerToken(c.req.header('Authorization'));
  const claims = token === undefined ? undefined : await verifyAssignment(c.env, token);
  if (claims === undefined || claims.room !== c.req.param('id')) {
    throw new ParleyError('assignment_invalid', 'Show the assignment that the Fleet sent for this room.');
  }
  const url = `https://room/link?node=${encodeURIComponent(claims.sub)}&epoch=${claims.epoch}`;
  const response = await RoomObject.of(c.env, claims.room).fetch(url, { headers: { Upgrade: 'websocket' } });
  if (response.status === 409) {
    throw new ParleyError('assignment_stale', 'The room is served in a newer epoch; close it on this node.');
  }
  return response;
});

/** Who opens a fleet socket by its node token, and the fleet of its region. @throws {ParleyError} where it may not */
export async function enrolled(
  c: Context<{ Bindings: Environment }>,
): Promise<{ sub: string; fleet: DurableObjectStub<FleetObject> }> {
  requireUpgrade(c);
  const token = bearerToken(c.req.header('Authorization'));
  const claims = token === undefined ? undefined : await verifyNodeToken(c.env, token);
  if (claims === undefined) throw new ParleyError('node_not_enrolled', 'Enrol for a new node token.');
  const wanted = c.req.query('region') ?? region;
  if (!residency.regions.includes(wanted)) {
    const known = residency.regions.join(', ');
    throw new ParleyError(
      'region_unknown',
      `The edge knows the regions ${known}; set PARLEY_REGION on the node, or name it under residency in webrtc.yaml.`,
    );
  }
  return { sub: claims.sub, fleet: FleetObject.of(c.env, wanted) };
}

/** @throws {ParleyError} for what is no WebSocket's handshake */
export function requireUpgrade(c: Context): void {
  if (c.req.header('Upgrade')?.toLowerCase() !== 'websocket') {
    throw new ParleyError('upgrade_required', 'Open a WebSocket here.');
  }
}
