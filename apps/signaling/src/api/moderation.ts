import { ParleyError } from '@parley/protocol/errors';
import { MAX_BAN_SECONDS, type ModerationAction } from '@parley/protocol/moderation';
import {
  BanList,
  EventList,
  EventListQuery,
  LobbyList,
  MAX_EVENTS,
  ParticipantDetails,
  ParticipantList,
  RoomDetails,
  UpdateParticipantRequest,
} from '@parley/protocol/rest';
import type { Context } from 'hono';
import { z } from 'zod';
import { apiCaller, tokenModerator } from '../access/require-api.ts';
import { RoomObject } from '../room/room-object.ts';
import {
  type ApiTypes,
  apiRoute,
  apiRoutes,
  BanParams,
  body,
  json,
  noRoom,
  ParticipantParams,
  RoomParams,
  TrackParams,
  unwrap,
} from './api-route.ts';

const tags = ['Participants'];
const nobody = ['room_not_found', 'participant_not_found'] as const;

const participants = apiRoute(
  'read',
  {
    method: 'get',
    path: '/api/rooms/{id}/participants',
    operationId: 'listParticipants',
    tags,
    summary: 'Lists who is in a room, with what they publish and may do',
    request: { params: RoomParams },
    responses: { 200: json(ParticipantList, 'Everybody in the room') },
  },
  ['room_not_found'],
);

const participant = apiRoute(
  'read',
  {
    method: 'get',
    path: '/api/rooms/{id}/participants/{participantId}',
    operationId: 'getParticipant',
    tags,
    summary: 'Shows a participant',
    request: { params: ParticipantParams },
    responses: { 200: json(ParticipantDetails, 'The participant') },
  },
  nobody,
);

const change = apiRoute(
  'moderate',
  {
    method: 'patch',
    path: '/api/rooms/{id}/participants/{participantId}',
    operationId: 'updateParticipant',
    tags,
    summary: 'Renames a participant or changes its grants',
    description: 'What is absent stays. What it may no longer publish or receive ends at once.',
    request: { params: ParticipantParams, body: body(UpdateParticipantRequest) },
    responses: { 200: json(ParticipantDetails, 'The participant as it is now') },
  },
  nobody,
);

const kick = apiRoute(
  'moderate',
  {
    method: 'delete',
    path: '/api/rooms/{id}/participants/{participantId}',
    operationId: 'removeParticipant',
    tags,
    summary: 'Removes a participant, and keeps it out for a while if asked',
    request: {
      params: ParticipantParams,
      query: z.object({
        /** Keeps the identity out for so long, or the address of somebody without one. */
        banSeconds: z.coerce.number().int().min(1).max(MAX_BAN_SECONDS).optional(),
      }),
    },
    responses: { 204: { description: 'It is out' } },
  },
  nobody,
);

const mute = apiRoute(
  'moderate',
  {
    method: 'post',
    path: '/api/rooms/{id}/participants/{participantId}/tracks/{trackId}/mute',
    operationId: 'muteTrack',
    tags,
    summary: 'Mutes a track',
    description: 'Only its publisher can unmute it.',
    request: { params: TrackParams },
    responses: { 204: { description: 'It is muted' } },
  },
  [...nobody, 'track_not_found'],
);

const lobby = apiRoute(
  'moderate',
  {
    method: 'get',
    path: '/api/rooms/{id}/lobby',
    operationId: 'listLobby',
    tags: ['Lobby'],
    summary: 'Lists who waits to be admitted',
    request: { params: RoomParams },
    responses: { 200: json(LobbyList, 'Whoever waits, oldest first') },
  },
  ['room_not_found'],
);

const admit = apiRoute(
  'moderate',
  {
    method: 'post',
    path: '/api/rooms/{id}/lobby/{participantId}/admit',
    operationId: 'admit',
    tags: ['Lobby'],
    summary: 'Admits somebody',
    request: { params: ParticipantParams },
    responses: { 200: json(RoomDetails, 'The room as it is now') },
  },
  [...nobody, 'room_full'],
);

const deny = apiRoute(
  'moderate',
  {
    method: 'delete',
    path: '/api/rooms/{id}/lobby/{participantId}',
    operationId: 'deny',
    tags: ['Lobby'],
    summary: 'Sends somebody away',
    request: { params: ParticipantParams },
    responses: { 204: { description: 'It is gone' } },
  },
  nobody,
);

const bans = apiRoute(
  'moderate',
  {
    method: 'get',
    path: '/api/rooms/{id}/bans',
    operationId: 'listBans',
    tags,
    summary: 'Lists who may not come back, and until when',
    request: { params: RoomParams },
    responses: { 200: json(BanList, 'The bans that hold') },
  },
  ['room_not_found'],
);

const unban = apiRoute(
  'moderate',
  {
    method: 'delete',
    path: '/api/rooms/{id}/bans/{banId}',
    operationId: 'unban',
    tags,
    summary: 'Ends a ban',
    request: { params: BanParams },
    responses: { 204: { description: 'It has ended' } },
  },
  ['room_not_found', 'ban_not_found'],
);

const events = apiRoute(
  'administer',
  {
    method: 'get',
    path: '/api/rooms/{id}/events',
    operationId: 'listEvents',
    tags: ['Rooms'],
    summary: 'Shows the room’s log: who came, went, published, said and moderated what',
    description: 'The latest 1000 events, in pages. `moderated` ones say who did what to whom.',
    request: {
      params: RoomParams,
      query: EventListQuery,
    },
    responses: { 200: json(EventList, 'Oldest first') },
  },
  ['room_not_found'],
);

/** `/api/rooms/ID/…`: who is in the room, waits, or may not come back; and what moderators do. */
export const moderation = apiRoutes();

moderation.openapi(participants, async (c) => {
  const { id } = c.req.valid('param');
  return c.json({ participants: (await RoomObject.of(c.env, id).participants()) ?? noRoom(id) }, 200);
});

moderation.openapi(participant, async (c) => {
  const { id, participantId } = c.req.valid('param');
  return c.json(await find(c, id, participantId), 200);
});

moderation.openapi(change, async (c) => {
  const { id, participantId } = c.req.valid('param');
  const { name, grants } = c.req.valid('json');
  if (name !== undefined) await moderate(c, id, { action: 'rename', participantId, name });
  if (grants !== undefined) await moderate(c, id, { action: 'set-grants', participantId, grants });
  return c.json(await find(c, id, participantId), 200);
});

moderation.openapi(kick, async (c) => {
  const { id, participantId } = c.req.valid('param');
  const { banSeconds } = c.req.valid('query');
  await moderate(c, id, { action: 'kick', participantId, ...(banSeconds !== undefined && { banSeconds }) });
  return c.body(null, 204);
});

moderation.openapi(mute, async (c) => {
  const { id, participantId, trackId } = c.req.valid('param');
  await moderate(c, id, { action: 'mute', participantId, trackId });
  return c.body(null, 204);
});

moderation.openapi(lobby, async (c) => {
  const { id } = c.req.valid('param');
  return c.json({ waiting: (await RoomObject.of(c.env, id).lobby()) ?? noRoom(id) }, 200);
});

moderation.openapi(admit, async (c) => {
  const { id, participantId } = c.req.valid('param');
  return c.json(await moderate(c, id, { action: 'admit', participantId }), 200);
});

moderation.openapi(deny, async (c) => {
  const { id, participantId } = c.req.valid('param');
  await moderate(c, id, { action: 'deny', participantId });
  return c.body(null, 204);
});

moderation.openapi(bans, async (c) => {
  const { id } = c.req.valid('param');
  return c.json({ bans: (await RoomObject.of(c.env, id).bans()) ?? noRoom(id) }, 200);
});

moderation.openapi(unban, async (c) => {
  const { id, banId } = c.req.valid('param');
  await moderate(c, id, { action: 'unban', banId });
  return c.body(null, 204);
});

moderation.openapi(events, async (c) => {
  const { id } = c.req.valid('param');
  const { after = 0, limit = MAX_EVENTS } = c.req.valid('query');
  // One more, to see whether there are more.
  const found = (await RoomObject.of(c.env, id).events(after, limit + 1)) ?? noRoom(id);
  const events = found.slice(0, limit);
  const last = events.at(-1);
  const more = found.length > limit && last !== undefined ? { nextAfter: last.seq } : {};
  return c.json({ events, ...more }, 200);
});

async function moderate(c: Context<ApiTypes>, id: string, request: ModerationAction): Promise<RoomDetails> {
  const { claims } = c.var;
  const room = RoomObject.of(c.env, id);
  return unwrap((await room.moderate(apiCaller(claims), request, tokenModerator(claims))) ?? noRoom(id));
}

async function find(c: Context<ApiTypes>, id: string, participantId: string): Promise<ParticipantDetails> {
  const all = (await RoomObject.of(c.env, id).participants()) ?? noRoom(id);
  const found = all.find((one) => one.participantId === participantId);
  if (found !== undefined) return found;
  throw new ParleyError('participant_not_found', `Nobody ${participantId} is in the room; it may have left.`);
}
