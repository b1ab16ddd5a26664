import { ParleyError } from '@parley/protocol/errors';
import { Recording, RecordingList } from '@parley/protocol/rest';
import type { Environment } from '../environment.ts';
import { RoomObject } from '../room/room-object.ts';
import { apiRoute, apiRoutes, json, noRoom, RecordingParams, RoomParams } from './api-route.ts';

const tags = ['Recordings'];

const list = apiRoute(
  'record',
  {
    method: 'get',
    path: '/api/rooms/{id}/recordings',
    operationId: 'listRecordings',
    tags,
    summary: 'Lists the recordings of a room',
    request: { params: RoomParams },
    responses: { 200: json(RecordingList, 'Newest first') },
  },
  ['room_not_found'],
);

const show = apiRoute(
  'record',
  {
    method: 'get',
    path: '/api/recordings/{recordingId}',
    operationId: 'getRecording',
    tags,
    summary: 'Shows a recording',
    request: { params: RecordingParams },
    responses: { 200: json(Recording, 'The recording') },
  },
  ['recording_not_found'],
);

const remove = apiRoute(
  'record',
  {
    method: 'delete',
    path: '/api/recordings/{recordingId}',
    operationId: 'deleteRecording',
    tags,
    summary: 'Deletes a recording',
    request: { params: RecordingParams },
    responses: { 204: { description: 'It is deleted' } },
  },
  ['recording_not_found'],
);

/** Recordings. None are kept yet: there are no recordings to list. */
export const recordings = apiRoutes();

recordings.openapi(list, async (c) => {
  await requireRoom(c.env, c.req.valid('param').id);
  return c.json({ recordings: [] }, 200);
});

for (const route of [show, remove]) {
  recordings.openapi(route, (c) => {
    const { recordingId } = c.req.valid('param');
    throw new ParleyError('recording_not_found', `There is no recording ${recordingId}.`);
  });
}

/** @throws {ParleyError} `room_not_found` */
async function requireRoom(env: Environment, id: string): Promise<void> {
  if ((await RoomObject.of(env, id).details()) === undefined) noRoom(id);
}
