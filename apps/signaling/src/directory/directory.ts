import type { RoomSummary } from '@parley/protocol/rest';
import type { Environment } from '../environment.ts';
import type { Counts, DirectoryObject } from './directory-object.ts';

/** Number of shards; a room's shard follows from its id, so this can only change with a migration. */
const SHARDS = 4;

function shard(env: Environment, index: number): DurableObjectStub<DirectoryObject> {
  return env.DIRECTORIES.getByName(`shard-${index}`);
}

function all(env: Environment): DurableObjectStub<DirectoryObject>[] {
  return Array.from({ length: SHARDS }, (_, index) => shard(env, index));
}

/** The shard that lists a room. */
export function directoryOf(env: Environment, roomId: string): DurableObjectStub<DirectoryObject> {
  let hash = 0;
  for (let i = 0; i < roomId.length; i++) hash = (Math.imul(hash, 31) + roomId.charCodeAt(i)) >>> 0;
  return shard(env, hash % SHARDS);
}

/** All rooms over all shards, newest first. */
export async function listRooms(env: Environment, limit: number): Promise<RoomSummary[]> {
  const lists = await Promise.all(all(env).map((directory) => directory.list(limit)));
  return lists
    .flat()
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, limit);
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
