import type { AccessTokenClaims } from '@parley/protocol/access-token';
import { ParleyError } from '@parley/protocol/errors';
import { RoomId } from '@parley/protocol/identifiers';
import type { ModeratedBy } from '@parley/protocol/moderation';
import type { TokenModerator } from '@parley/room/moderation';
import type { Context, MiddlewareHandler } from 'hono';
import type { Environment } from '../environment.ts';
import { RoomObject } from '../room/room-object.ts';
import { accessSettings } from '../settings.ts';
import { type ApiAction, apiRefusal } from './api-policy.ts';
import { tokenMissing } from './authentication.ts';
import { shownClaims } from './shown-claims.ts';

/** What {@link requireApi} leaves in the context. */
export interface Claims {
  /** What the request's token says; undefined where none is required and no valid one is shown. */
  claims: AccessTokenClaims | undefined;
}

/**
 * Lets a request on only with a token that opens the route. The room is that of the route's parameter `id`.
 *
 * @example rooms.get('/:id', requireApi('read'), handler)
 */
export function requireApi(
  action: ApiAction,
): MiddlewareHandler<{ Bindings: Environment; Variables: Claims }> {
  return async (c, next) => {
    c.set('claims', await authorize(c, action, c.req.param('id')));
    await next();
  };
}

/** @throws {ParleyError} where the request may not */
async function authorize(
  c: Context<{ Bindings: Environment; Variables: Claims }>,
  action: ApiAction,
  roomId: string | undefined,
): Promise<AccessTokenClaims | undefined> {
  const claims = await shownClaims(c.req.raw);
  if (!accessSettings.required) return claims;
  const refusal =
    claims === undefined ? tokenMissing(accessSettings.header) : apiRefusal(claims, action, roomId);
  if (refusal !== undefined) throw new ParleyError(refusal.code, refusal.message);
  const room = RoomId.safeParse(roomId);
  if (claims?.sub !== undefined && !claims.api && room.success) {
    const isBanned = await RoomObject.of(c.env, room.data).isBanned(claims.sub);
    if (isBanned) throw new ParleyError('banned', 'You are banned from this room; a moderator can end that.');
  }
  return claims;
}

/** Who acts over the API: the token's subject, else the key that signed it. */
export function apiCaller(claims: AccessTokenClaims | undefined): ModeratedBy {
  const name = claims?.sub ?? claims?.iss;
  return { type: 'api', ...(name !== undefined && { name }) };
}

/** What a participant's token lets it moderate; undefined for a server's, and where none is required. */
export function tokenModerator(claims: AccessTokenClaims | undefined): TokenModerator | undefined {
  if (!accessSettings.required || claims === undefined || claims.api) return undefined;
  const { sub: identity, grants: { moderate = false, record = false } = {} } = claims;
  return { ...(identity !== undefined && { identity }), grants: { moderate, record } };
}
