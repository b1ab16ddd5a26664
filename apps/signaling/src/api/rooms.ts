import { ParleyError } from '@parley/protocol/errors';
import { IdempotencyKey } from '@parley/protocol/idempotency';
import { prefixOf } from '@parley/protocol/residency';
import {
  CreateRoomRequest,
  RoomDetails,
  RoomList,
  RoomListQuery,
  RoomStats,
  RoomStatsQuery,
  UpdateRoomRequest,
} from '@parley/protocol/rest';
import { z } from 'zod';
import { apiCaller } from '../access/require-api.ts';
import { listRooms } from '../directory/directory.ts';
import { limitedBy } from '../limits/limited-address.ts';
import { RoomObject } from '../room/room-object.ts';
import { webrtcConfig } from '../settings.ts';
import { apiRoute, apiRoutes, body, json, noRoom, optionalBody, RoomParams, unwrap } from './api-route.ts';
import { fingerprintOf } from './idempotency.ts';
import { makeRoomId } from './room-ids.ts';
import { requireRecording } from './room-recording.ts';

const DEFAULT_PAGE = 100;

const create = apiRoute(
  'administer',
  {
    method: 'post',
    path: '/api/rooms',
    operationId: 'createRoom',
    tags: ['Rooms'],
    summary: 'Makes a room',
    description:
      'With an `Idempotency-Key` a request may be sent again, as long as the room lives: it is made once, and every ' +
      'answer shows it.',
    request: {
      headers: z.object({ 'idempotency-key': IdempotencyKey.optional() }),
      body: optionalBody(CreateRoomRequest),
    },
    responses: {
      201: {
        ...json(RoomDetails, 'The room'),
        headers: z.object({ Location: z.string().openapi({ description: 'Its address' }) }),
      },
    },
  },
  [
    'room_exists',
    'idempotency_conflict',
    'server_full',
    'too_many_rooms',
    'region_unknown',
    'recording_disabled',
  ],
);

const list = apiRoute('administer', {
  method: 'get',
  path: '/api/rooms',
  operationId: 'listRooms',
  tags: ['Rooms'],
  summary: 'Lists rooms, newest first',
  description: 'Lists and their counts trail the rooms by a moment.',
  request: { query: RoomListQuery },
  responses: { 200: json(RoomList, 'A page of rooms') },
});

const show = apiRoute(
  'read',
  {
    method: 'get',
    path: '/api/rooms/{id}',
    operationId: 'getRoom',
    tags: ['Rooms'],
    summary: 'Shows a room with who is in it',
    request: { params: RoomParams },
    responses: { 200: json(RoomDetails, 'The room') },
  },
  ['room_not_found'],
);

const update = apiRoute(
  'administer',
  {
    method: 'patch',
    path: '/api/rooms/{id}',
    operationId: 'updateRoom',
    tags: ['Rooms'],
    summary: 'Changes a room',
    description:
      'What is absent stays. Who is in the room stays in it, whatever its new size; locking it keeps newcomers out.',
    request: { params: RoomParams, body: body(UpdateRoomRequest) },
    responses: { 200: json(RoomDetails, 'The room as it is now') },
  },
  ['room_not_found', 'recording_disabled'],
);

const close = apiRoute(
  'administer',
  {
    method: 'delete',
    path: '/api/rooms/{id}',
    operationId: 'deleteRoom',
    tags: ['Rooms'],
    summary: 'Closes a room for everybody',
    request: { params: RoomParams },
    responses: { 204: { description: 'It is closed' } },
  },
  ['room_not_found'],
);

const stats = apiRoute(
  'read',
  {
    method: 'get',
    path: '/api/rooms/{id}/stats',
    operationId: 'getRoomStats',
    tags: ['Rooms'],
    summary: 'Measures a room’s media',
    description:
      'Measured on the media node when asked, at most a second old. With `history` the last five minutes as well, a sample each ten seconds or, on a busy node, fewer.',
    request: { params: RoomParams, query: RoomStatsQuery },
    responses: { 200: json(RoomStats, 'Bitrates in bit/s, losses as shares from 0 to 1') },
  },
  ['room_not_found', 'media_unavailable'],
);

/** `/api/rooms`: rooms as such. */
export const rooms = apiRoutes();

rooms.openapi(create, async (c) => {
  const request = c.req.valid('json');
  requireSize(request.maxParticipants);
  if (request.autoRecord !== undefined) requireRecording();
  const key = c.req.valid('header')['idempotency-key'];
  const fingerprint = key === undefined ? undefined : await fingerprintOf(key, request);
  const { jurisdiction } = request;
  const prefix = jurisdiction === undefined ? '' : prefixOf(jurisdiction);
  const id = request.id ?? `${prefix}${makeRoomId(fingerprint?.seed)}`;
  const openedFrom = limitedBy(c.req.raw, c.var.claims);
  const maker = {
    ...(fingerprint !== undefined && { fingerprint: fingerprint.text }),
    ...(openedFrom !== undefined && { openedFrom }),
  };
  const details = unwrap(await RoomObject.of(c.env, id).create(id, request, maker));
  return c.json(details, 201, { Location: `/api/rooms/${encodeURIComponent(id)}` });
});

rooms.openapi(list, async (c) => {
  const query = c.req.valid('query');
  return c.json(await listRooms(c.env, { ...query, limit: query.limit ?? DEFAULT_PAGE }), 200);
});

rooms.openapi(show, async (c) => {
  const { id } = c.req.valid('param');
  return c.json((await RoomObject.of(c.env, id).details()) ?? noRoom(id), 200);
});

rooms.openapi(update, async (c) => {
  const { id } = c.req.valid('param');
  const change = c.req.valid('json');
  requireSize(change.maxParticipants);
  if (change.autoRecord) requireRecording();
  return c.json((await RoomObject.of(c.env, id).update(apiCaller(c.var.claims), change)) ?? noRoom(id), 200);
});

rooms.openapi(close, async (c) => {
  const { id } = c.req.valid('param');
  if (!(await RoomObject.of(c.env, id).close())) noRoom(id);
  return c.body(null, 204);
});

rooms.openapi(stats, async (c) => {
  const { id } = c.req.valid('param');
  const { history, participantId } = c.req.valid('query');
  const wanted = history === 'true' ? { ...(participantId !== undefined && { participantId }) } : undefined;
  return c.json(unwrap((await RoomObject.of(c.env, id).stats(wanted)) ?? noRoom(id)), 200);
});

function requireSize(wanted = 0): void {
  const { max_participants } = webrtcConfig.rooms;
  if (wanted <= max_participants) return;
  throw new ParleyError(
    'invalid_message',
    `body.maxParticipants: this server allows ${max_participants} at the most.`,
  );
}
