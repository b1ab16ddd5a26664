import type { AccessTokenClaims } from '@parley/protocol/access-token';
import { ParleyError } from '@parley/protocol/errors';
import { RequestedRecording } from '@parley/protocol/recording/recording-options';
import { Recording } from '@parley/protocol/rest';
import { apiCaller, tokenModerator } from '../access/require-api.ts';
import type { Recordist } from '../room/recording-desk.ts';
import { RoomObject } from '../room/room-object.ts';
import { webrtcConfig } from '../settings.ts';
import { apiRoute, apiRoutes, json, noRoom, optionalBody, RoomParams, unwrap } from './api-route.ts';

const tags = ['Recordings'];

const start = apiRoute(
  'record',
  {
    method: 'post',
    path: '/api/rooms/{id}/recording/start',
    operationId: 'startRecording',
    tags,
    summary: 'Starts to record a room',
    description:
      'Answers once a recorder records, within 10 s. Everybody in the room is told. A recording lasts until it is stopped, the room is ' +
      'closed, or nobody has been in it for 30 s.',
    request: { params: RoomParams, body: optionalBody(RequestedRecording) },
    responses: { 201: json(Recording, 'The recording') },
  },
  ['room_not_found', 'forbidden', 'recording_active', 'recording_disabled', 'recording_unavailable'],
);

const stop = apiRoute(
  'record',
  {
    method: 'post',
    path: '/api/rooms/{id}/recording/stop',
    operationId: 'stopRecording',
    tags,
    summary: 'Stops the recording of a room',
    description:
      'Its files are made then. A room that records by itself does so again when it has been empty.',
    request: { params: RoomParams },
    responses: { 200: json(Recording, 'The recording') },
  },
  ['room_not_found', 'forbidden', 'recording_inactive'],
);

/** `/api/rooms/:id/recording`: whether a room is recorded. */
export const roomRecording = apiRoutes();

roomRecording.openapi(start, async (c) => {
  const { id } = c.req.valid('param');
  // Without a body there is nothing that the validator could have given defaults.
  const options = RequestedRecording.parse(c.req.valid('json') ?? {});
  requireRecording();
  const started = await RoomObject.of(c.env, id).startRecording(options, recordist(c.var.claims));
  return c.json(unwrap(started ?? noRoom(id)), 201);
});

roomRecording.openapi(stop, async (c) => {
  const { id } = c.req.valid('param');
  const stopped = await RoomObject.of(c.env, id).stopRecording(recordist(c.var.claims));
  return c.json(unwrap(stopped ?? noRoom(id)), 200);
});

/** @throws {ParleyError} `recording_disabled` */
export function requireRecording(): void {
  if (webrtcConfig.recording.enabled) return;
  throw new ParleyError('recording_disabled', 'Set recording.enabled in webrtc.yaml to allow recordings.');
}

function recordist(claims: AccessTokenClaims | undefined): Recordist {
  const token = tokenModerator(claims);
  return { by: apiCaller(claims), ...(token !== undefined && { token }) };
}
