import type { AccessTokenClaims } from '@parley/protocol/access-token';
import { ParleyError } from '@parley/protocol/errors';
import { OpaqueId, RoomId } from '@parley/protocol/identifiers';
import type { ModeratedBy } from '@parley/protocol/moderation';
import type { TokenModerator } from '@parley/room/moderation';
import type { Context, MiddlewareHandler } from 'hono';
import type { Environment } from '../environment.ts';
import { verifyMediaLink } from '../keyring/verify.ts';
import { RecordingObject } from '../recordings/recording-object.ts';
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

type ApiContext = Context<{ Bindings: Environment; Variables: Claims }>;

/**
 * Lets a request on only with a token that opens the route. The room is that of the route's parameter `id`, or of the
 * recording `recordingId`.
 *
 * @example rooms.get('/:id', requireApi('read'), handler)
 */
export function requireApi(
  action: ApiAction,
): MiddlewareHandler<{ Bindings: Environment; Variables: Claims }> {
  return async (c, next) => {
    c.set('claims', await authorize(c, action));
    await next();
  };
}

/** @throws {ParleyError} where the request may not */
async function authorize(c: ApiContext, action: ApiAction): Promise<AccessTokenClaims | undefined> {
  if (action === 'fetch' && (await showsLink(c))) return undefined;
  const claims = await shownClaims(c.req.raw);
  if (!accessSettings.required) return claims;
  const roomId = claims?.api ? undefined : await roomOf(c);
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

/** The room of a route; undefined where it has none, or there is no such recording: then only a server's token opens it. */
async function roomOf(c: ApiContext): Promise<string | undefined> {
  const recordingId = OpaqueId.safeParse(c.req.param('recordingId'));
  if (!recordingId.success) return c.req.param('id');
  return await RecordingObject.of(c.env, recordingId.data).roomId();
}

/** Whether a link to the very file is shown. @throws {ParleyError} where it is not, or no longer, valid */
async function showsLink(c: ApiContext): Promise<boolean> {
  const token = c.req.query('token');
  if (token === undefined) return false;
  const claims = await verifyMediaLink(c.env, token);
  if (claims?.sub === c.req.param('recordingId') && claims?.file === c.req.query('file')) return true;
  throw new ParleyError(
    'token_expired',
    'This link is not valid, or no longer; GET /api/recordings/ID has new ones.',
  );
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
