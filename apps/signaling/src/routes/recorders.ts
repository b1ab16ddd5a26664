import { ParleyError } from '@parley/protocol/errors';
import { RECORDER_FLEET_PATH } from '@parley/protocol/recording/recorder-api';
import { Hono } from 'hono';
import type { Environment } from '../environment.ts';
import { verifyRecorderAssignment } from '../keyring/verify.ts';
import { RoomObject } from '../room/room-object.ts';
import { bearerToken } from '../secrets.ts';
import { enrolled, requireUpgrade } from './nodes.ts';

/** What recorders use. They enrol as nodes do. */
export const recorders = new Hono<{ Bindings: Environment }>();

recorders.get(RECORDER_FLEET_PATH, async (c) => {
  const { sub, fleet } = await enrolled(c);
  const url = `https://fleet/?recorder=${encodeURIComponent(sub)}`;
  return fleet.fetch(url, { headers: { Upgrade: 'websocket' } });
});

recorders.get('/internal/rooms/:id/recorder', async (c) => {
  requireUpgrade(c);
  const token = bearerToken(c.req.header('Authorization'));
  const claims = token === undefined ? undefined : await verifyRecorderAssignment(c.env, token);
  if (claims === undefined || claims.room !== c.req.param('id')) {
    throw new ParleyError('assignment_invalid', 'Show the assignment that the Fleet sent for this room.');
  }
  const { sub, room, recording, epoch } = claims;
  const query = new URLSearchParams({ recorder: sub, recording, epoch: String(epoch) });
  const url = `https://room/recorder?${query}`;
  const response = await RoomObject.of(c.env, room).fetch(url, { headers: { Upgrade: 'websocket' } });
  if (response.status === 409) {
    throw new ParleyError(
      'assignment_stale',
      'The recording is over, or another recorder has it; stop yours.',
    );
  }
  return response;
});
