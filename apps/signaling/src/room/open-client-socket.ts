import { type ClientOrigin, originHeaders } from '../client-origin.ts';
import type { Environment } from '../environment.ts';
import { RoomObject } from './room-object.ts';

/** Opens a client's socket to a room; the response carries it. */
export function openClientSocket(env: Environment, roomId: string, origin: ClientOrigin): Promise<Response> {
  const url = `https://room/client?room=${encodeURIComponent(roomId)}`;
  return RoomObject.of(env, roomId).fetch(url, {
    headers: { Upgrade: 'websocket', ...originHeaders(origin) },
  });
}
