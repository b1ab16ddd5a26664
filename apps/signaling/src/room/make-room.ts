import { CONNECTION_TEST_PREFIX } from '@parley/protocol/connection-test-room';
import type { CreateRoomRequest } from '@parley/protocol/rest';
import { createRoom, type RoomState } from '@parley/room/state';
import { type Result, success } from '../result.ts';
import { residency, webrtcConfig } from '../settings.ts';

/** Milliseconds after which an empty room of the connection test is closed, which leaves and comes back in between. */
const TEST_IDLE = 30_000;

/** Who makes a room: see the same of `RoomState`. */
export type Maker = Pick<RoomState, 'fingerprint' | 'openedFrom'>;

/** A new room with what was asked for and the server's settings for the rest, if it may be where it was asked for. */
export function makeRoom(
  roomId: string,
  request: CreateRoomRequest,
  createdAt: number,
  { fingerprint, openedFrom }: Maker,
): Result<RoomState> {
  const residence = residency.place(roomId, request);
  if (!residence.ok) return residence;
  const { max_participants, idle_timeout } = webrtcConfig.rooms;
  const idle = idle_timeout * 1000;
  const settings = {
    name: request.name ?? roomId,
    maxParticipants: Math.min(request.maxParticipants ?? max_participants, max_participants),
    idleTimeout: roomId.startsWith(CONNECTION_TEST_PREFIX) ? Math.min(TEST_IDLE, idle) : idle,
    locked: request.locked ?? false,
    lobby: request.lobby ?? false,
    metadata: request.metadata ?? {},
    ...(request.media && { media: request.media }),
    ...(request.autoRecord && { autoRecord: request.autoRecord }),
    ...residence.value,
  };
  return success({
    ...createRoom(roomId, settings, createdAt),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(openedFrom !== undefined && { openedFrom }),
  });
}
