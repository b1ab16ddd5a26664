import { ParleyError } from '@parley/protocol/errors';
import { type Jurisdiction, jurisdictionOf, prefixOf } from '@parley/protocol/residency';
import type { RecordingList, RecordingListQuery, RoomList, RoomListQuery } from '@parley/protocol/rest';
import type { Environment } from '../environment.ts';
import { within } from '../residency/within.ts';
import { residency } from '../settings.ts';
import type { Counts, DirectoryObject, ListQuery, Position } from './directory-object.ts';

/** Number of shards; a room's shard follows from its id, so this can only change with a migration. */
const SHARDS = 4;

type Place = Jurisdiction | undefined;

function shard(env: Environment, place: Place, index: number): DurableObjectStub<DirectoryObject> {
  const prefix = place === undefined ? '' : prefixOf(place);
  return within(env.DIRECTORIES, place).getByName(`${prefix}shard-${index}`);
}

/** Every shard; those of jurisdictions only where a region is theirs. */
function all(env: Environment): DurableObjectStub<DirectoryObject>[] {
  const places: Place[] = [undefined, ...residency.jurisdictions];
  return places.flatMap((place) => Array.from({ length: SHARDS }, (_, index) => shard(env, place, index)));
}

/** The shard that lists a room. */
export function directoryOf(env: Environment, roomId: string): DurableObjectStub<DirectoryObject> {
  let hash = 0;
  for (let i = 0; i < roomId.length; i++) hash = (Math.imul(hash, 31) + roomId.charCodeAt(i)) >>> 0;
  return shard(env, jurisdictionOf(roomId), hash % SHARDS);
}

/** A page of the rooms over all shards that match, newest first. @throws {ParleyError} for a cursor that is none */
export async function listRooms(
  env: Environment,
  { limit, cursor, prefix, name, active }: RoomListQuery & { limit: number },
): Promise<RoomList> {
  const query: ListQuery = {
    // One more, to see whether there is another page.
    limit: limit + 1,
    before: cursor === undefined ? undefined : readCursor(cursor),
    prefix,
    name,
    active: active === undefined ? undefined : active === 'true',
  };
  const lists = await Promise.all(all(env).map((directory) => directory.list(query)));
  const rooms = lists
    .flat()
    .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
    .slice(0, limit + 1);
  const page = rooms.slice(0, limit);
  const last = page.at(-1);
  return rooms.length > limit && last !== undefined
    ? { rooms: page, nextCursor: `${last.createdAt}.${last.id}` }
    : { rooms: page };
}

/**
 * A page of the recordings of one room, or of all, newest first. It needs no room to be there.
 *
 * @throws {ParleyError} for a cursor that is none
 */
export async function listRecordings(
  env: Environment,
  { limit, cursor }: RecordingListQuery & { limit: number },
  roomId?: string,
): Promise<RecordingList> {
  const before = cursor === undefined ? undefined : readCursor(cursor);
  const shards = roomId === undefined ? all(env) : [directoryOf(env, roomId)];
  const query = { limit: limit + 1, roomId, before };
  const lists = await Promise.all(shards.map((directory) => directory.listRecordings(query)));
  const recordings = lists
    .flat()
    .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1))
    .slice(0, limit + 1);
  const page = recordings.slice(0, limit);
  const last = page.at(-1);
  return recordings.length > limit && last !== undefined
    ? { recordings: page, nextCursor: `${last.startedAt}.${last.id}` }
    : { recordings: page };
}

function readCursor(cursor: string): Position {
  const [, createdAt, id] = /^(\d{1,16})\.(.{1,64})$/.exec(cursor) ?? [];
  if (createdAt !== undefined && id !== undefined) return { createdAt: Number(createdAt), id };
  throw new ParleyError('invalid_message', 'query.cursor: must be the nextCursor of the page before.');
}

/** Rooms and participants over all shards. */
export async function countRooms(env: Environment): Promise<Counts> {
  const counts = await Promise.all(all(env).map((directory) => directory.counts()));
  return counts.reduce(
    (sum, c) => ({ rooms: sum.rooms + c.rooms, participants: sum.participants + c.participants }),
    {
      rooms: 0,
      participants: 0,
    },
  );
}
