import type { AccessTokenClaims } from '@parley/protocol/access-token';
import { ParleyError } from '@parley/protocol/errors';
import { type Grants, Source } from '@parley/protocol/grants';
import type { Access } from '@parley/room/state';

/** The defaults of what a token leaves open, see {@link AccessTokenClaims}. */
const DEFAULTS: Omit<Grants, 'maxBitrate'> = {
  publish: [...Source.options],
  subscribe: true,
  data: true,
  record: false,
  moderate: false,
};

/**
 * What whoever shows a valid token may do in a room.
 *
 * @param maxBitrate most bit/s that the server lets anybody send
 * @throws {ParleyError} `token_wrong_room`; `token_insufficient` where it is no participant's
 */
export function accessOf(claims: AccessTokenClaims, roomId: string, maxBitrate: number): Access {
  const { sub: identity, name, grants } = claims;
  requireRoom(claims, roomId);
  if (identity === undefined) {
    const message = 'The token names nobody; to join, put the participant’s identity into its claim sub.';
    throw new ParleyError('token_insufficient', message);
  }
  const most = Math.min(grants?.maxBitrate ?? maxBitrate, maxBitrate);
  return {
    identity,
    ...(name !== undefined && { name }),
    grants: { ...DEFAULTS, ...grants, maxBitrate: most },
  };
}

/** @throws {ParleyError} `token_wrong_room` where a token is not for this room */
export function requireRoom({ room }: AccessTokenClaims, roomId: string): void {
  if (room === roomId || room === '*') return;
  const what = room === undefined ? 'names no room' : `is for room ${room}`;
  throw new ParleyError('token_wrong_room', `The token ${what}; get one whose claim room is ${roomId}.`);
}
