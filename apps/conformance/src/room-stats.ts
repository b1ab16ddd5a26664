import { RoomStats } from '@parley/protocol/rest';

/**
 * What the nodes measure of a room.
 *
 * @throws {Error} with what the server answered instead
 */
export async function roomStats(server: string, room: string): Promise<RoomStats> {
  const token = process.env['PARLEY_API_TOKEN'];
  const headers = new Headers(token === undefined ? [] : [['authorization', `Bearer ${token}`]]);
  const response = await fetch(`${server}/api/rooms/${encodeURIComponent(room)}/stats`, { headers });
  if (!response.ok)
    throw new Error(
      `${response.status} for the room's statistics; where the API is closed, set PARLEY_API_TOKEN (pnpm access-token --api)`,
    );
  return RoomStats.parse(await response.json());
}
