import type { CreateRoomRequest } from '@parley/protocol/rest';
import { createRoom, type RoomState } from '@parley/room/state';
import { countRooms } from '../directory/directory.ts';
import type { Environment } from '../environment.ts';
import { log } from '../log.ts';
import { failure, type Result, success } from '../result.ts';
import { residency, webrtcConfig } from '../settings.ts';

/** A new room with what was asked for and the server's settings for the rest, if the server has a place for it. */
export async function makeRoom(
  env: Environment,
  roomId: string,
  request: CreateRoomRequest,
  fingerprint?: string,
): Promise<Result<RoomState>> {
  const residence = residency.place(roomId, request);
  if (!residence.ok) return residence;
  const { max_participants, max_rooms, idle_timeout } = webrtcConfig.rooms;
  const { rooms } = await countRooms(env).catch((error: unknown) => {
    // A list that cannot be read is no reason to turn people away.
    log.warn('rooms not counted', { roomId, error: String(error) });
    return { rooms: 0 };
  });
  if (rooms >= max_rooms) {
    return failure('server_full', `The server holds ${max_rooms} rooms; try again when one has closed.`);
  }
  const settings = {
    name: request.name ?? roomId,
    maxParticipants: Math.min(request.maxParticipants ?? max_participants, max_participants),
    idleTimeout: idle_timeout * 1000,
    locked: request.locked ?? false,
    lobby: request.lobby ?? false,
    metadata: request.metadata ?? {},
    ...residence.value,
  };
  const room = createRoom(roomId, settings, Date.now());
  return success(fingerprint === undefined ? room : { ...room, fingerprint });
}
