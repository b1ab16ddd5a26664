import type { AccessTokenClaims } from '@parley/protocol/access-token';
import { ParleyError } from '@parley/protocol/errors';
import type { AccessRefusal } from '@parley/room/commands';
import { requireRoom } from './access-of-claims.ts';

/**
 * What a route of the API comes to.
 *
 * - `read`: a room's details, participants and figures
 * - `moderate`: what a moderator of the room may do
 * - `record`: to start, stop, see and delete a room's recordings
 * - `fetch`: a recording's file; a link that the API made opens it as well
 * - `administer`: everything else, rooms' lists, making and closing them, tokens and metrics among it
 */
export type ApiAction = 'read' | 'moderate' | 'record' | 'fetch' | 'administer';

/**
 * Why a token does not open a route while tokens are required; undefined when it does. Tokens with `api` open
 * everything, a participant's some routes of its own room.
 *
 * @param roomId the room of the route, where it has one
 */
export function apiRefusal(
  claims: AccessTokenClaims,
  action: ApiAction,
  roomId: string | undefined,
): AccessRefusal | undefined {
  if (claims.api) return undefined;
  if (action === 'administer' || roomId === undefined) return insufficient('api: true');
  try {
    requireRoom(claims, roomId);
  } catch (error) {
    if (error instanceof ParleyError) return { code: error.code, message: error.message };
    throw error;
  }
  switch (action) {
    case 'read':
      return undefined;
    case 'moderate':
      return claims.grants?.moderate ? undefined : insufficient('grants.moderate');
    case 'record':
    case 'fetch':
      return claims.grants?.record ? undefined : insufficient('grants.record');
    default:
      return action satisfies never;
  }
}

function insufficient(claim: string): AccessRefusal {
  return { code: 'token_insufficient', message: `This needs a token with ${claim}.` };
}
