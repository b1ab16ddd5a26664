import { describeIssues } from '@parley/protocol/decode';
import { ParleyError } from '@parley/protocol/errors';
import { RoomId } from '@parley/protocol/identifiers';
import { CreateRoomRequest, type RoomList } from '@parley/protocol/rest';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { listRooms } from '../directory/directory.ts';
import type { Environment } from '../environment.ts';
import type { Result } from '../result.ts';
import { RoomObject } from '../room/room-object.ts';
import { webrtcConfig } from '../settings.ts';

const MAX_BODY_BYTES = 64 * 1024;
const MAX_LISTED = 1000;

/** `/api/rooms` and below. */
export const rooms = new Hono<{ Bindings: Environment }>();

const tooLarge = () => {
  throw new ParleyError('message_too_large', `A request body may have ${MAX_BODY_BYTES} bytes at the most.`);
};

rooms.post('/', bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }), async (c) => {
  const request = CreateRoomRequest.safeParse(await readJson(c));
  if (!request.success) throw new ParleyError('invalid_message', describeIssues(request.error, 'body'));
  const { max_participants } = webrtcConfig.rooms;
  if ((request.data.maxParticipants ?? 0) > max_participants) {
    throw new ParleyError(
      'invalid_message',
      `body.maxParticipants: this server allows ${max_participants} at the most.`,
    );
  }
  const id = request.data.id ?? makeRoomId();
  const details = unwrap(await RoomObject.of(c.env, id).create(id, request.data));
  return c.json(details, 201, { Location: `/api/rooms/${encodeURIComponent(id)}` });
});

rooms.get('/', async (c) => c.json({ rooms: await listRooms(c.env, MAX_LISTED) } satisfies RoomList));

rooms.get('/:id', async (c) => {
  const id = roomId(c.req.param('id'));
  return c.json((await RoomObject.of(c.env, id).details()) ?? noRoom(id));
});

rooms.delete('/:id', async (c) => {
  const id = roomId(c.req.param('id'));
  if (!(await RoomObject.of(c.env, id).close())) noRoom(id);
  return c.body(null, 204);
});

rooms.get('/:id/stats', async (c) => {
  const id = roomId(c.req.param('id'));
  return c.json(unwrap((await RoomObject.of(c.env, id).stats()) ?? noRoom(id)));
});

async function readJson(c: Context): Promise<unknown> {
  const text = await c.req.text();
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ParleyError('bad_json', 'Send the request body as one JSON object.');
  }
}

function roomId(param: string): string {
  const id = RoomId.safeParse(param);
  if (!id.success)
    throw new ParleyError('room_not_found', 'A room id has 1 to 64 characters of A-Z a-z 0-9 . _ ~ -');
  return id.data;
}

function noRoom(id: string): never {
  throw new ParleyError('room_not_found', `There is no room ${id}; GET /api/rooms lists those there are.`);
}

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ParleyError(result.code, result.message);
}

/** An id that nobody guesses and everybody can read out: 12 characters without look-alikes, 59 bits. */
function makeRoomId(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  const bytes = crypto.getRandomValues(new Uint8Array(64));
  // Rejecting the uneven rest keeps every character equally likely.
  const even = [...bytes].filter((byte) => byte < 256 - (256 % alphabet.length)).slice(0, 12);
  return `room-${even.map((byte) => alphabet[byte % alphabet.length]).join('')}`;
}
