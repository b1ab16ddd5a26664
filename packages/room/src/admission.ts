import type { Join } from '@parley/protocol/client-messages';
import type { ErrorCode } from '@parley/protocol/errors';
import { isSupportedVersion, PROTOCOL_VERSION } from '@parley/protocol/version';
import { isBanned } from './bans.ts';
import type { Draft } from './draft.ts';
import { type Access, type LobbyEntry, MAX_LOBBY, type ParticipantState, type RoomState } from './state.ts';

/** Why somebody is not let in. */
export type Refusal = [ErrorCode, string];

/** Why a join cannot be one for this room, whoever is in it; undefined when it can. */
export function unfitFor(roomId: string, request: Join): Refusal | undefined {
  if (request.roomId !== roomId) {
    return ['wrong_room', `This socket leads to room ${roomId}; open another for ${request.roomId}.`];
  }
  if (!isSupportedVersion(request.version)) {
    return ['unsupported_version', `This server speaks version ${PROTOCOL_VERSION}; update the client.`];
  }
  return undefined;
}

/** Why somebody new may neither enter nor wait; undefined when it may. */
export function refusalOf(
  { state, now }: Draft,
  { access, address }: Pick<LobbyEntry, 'access' | 'address'>,
): Refusal | undefined {
  if (isBanned(state, access, address, now)) return ['banned', 'A moderator has banned you from this room.'];
  if (state.settings.locked && isStranger(state, access)) {
    return ['room_locked', 'The room is locked; ask somebody in it to unlock it.'];
  }
  if (!hasToWait(state, access)) return fullness(state, access);
  const others = Object.values(state.lobby).filter((entry) => !isSame(entry.access, access));
  if (others.length < MAX_LOBBY) return undefined;
  return ['lobby_full', 'Too many wait to be admitted; try again later.'];
}

/** Why there is no place for somebody; undefined when there is. */
export function fullness(state: RoomState, { identity }: Access): Refusal | undefined {
  const { maxParticipants } = state.settings;
  const others = Object.values(state.participants).filter((one) => !isSame(one, { identity }));
  if (others.length < maxParticipants) return undefined;
  return ['room_full', `The room holds ${maxParticipants}; try again when somebody has left.`];
}

/** Whether somebody has to wait until it is admitted. */
export function hasToWait(state: RoomState, access: Access): boolean {
  return state.settings.lobby && isStranger(state, access);
}

/** Neither a moderator nor somebody who is in the room already and takes its older self's place. */
function isStranger({ participants }: RoomState, access: Access): boolean {
  return !access.grants.moderate && !Object.values(participants).some((one) => isSame(one, access));
}

/** Whether two have the same identity; without one nobody is somebody else. */
export function isSame(
  a: { identity?: ParticipantState['identity'] | undefined },
  b: { identity?: ParticipantState['identity'] | undefined },
): boolean {
  return a.identity !== undefined && a.identity === b.identity;
}
