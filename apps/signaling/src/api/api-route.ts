import { createRoute, OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi';
import { describeIssues } from '@parley/protocol/decode';
import { ERRORS, type ErrorCode, ParleyError, Problem } from '@parley/protocol/errors';
import { OpaqueId, RoomId } from '@parley/protocol/identifiers';
import { z as zod } from 'zod';
import type { ApiAction } from '../access/api-policy.ts';
import { type Claims, requireApi } from '../access/require-api.ts';
import type { Environment } from '../environment.ts';
import type { Result } from '../result.ts';
import { requireBody } from './request-body.ts';

/** What handlers of the API find in their context. */
export interface ApiTypes {
  Bindings: Environment;
  Variables: { cid: string } & Claims;
}

/** A part of the API: routes whose input is checked by the schemas that document it. */
export function apiRoutes(): OpenAPIHono<ApiTypes> {
  return new OpenAPIHono<ApiTypes>({
    strict: false,
    defaultHook: (result) => {
      if (result.success) return;
      // An id that cannot be one is of nothing that there is.
      if (result.target === 'param') throw notFound(result.error);
      const what = result.target === 'json' ? 'body' : result.target;
      throw new ParleyError('invalid_message', describeIssues(result.error, what));
    },
  });
}

function notFound(error: z.ZodError): ParleyError {
  const [issue] = error.issues;
  const name = String(issue?.path[0] ?? 'id');
  const codes: Record<string, ErrorCode> = {
    id: 'room_not_found',
    participantId: 'participant_not_found',
    trackId: 'track_not_found',
    banId: 'ban_not_found',
    recordingId: 'recording_not_found',
  };
  return new ParleyError(codes[name] ?? 'not_found', `${name}: ${issue?.message}.`);
}

/** What every route may answer. */
const COMMON = [
  'invalid_message',
  'origin_not_allowed',
  'token_missing',
  'token_malformed',
  'token_bad_signature',
  'token_unknown_issuer',
  'token_expired',
  'token_issuer_unavailable',
  'token_wrong_room',
  'token_insufficient',
  'banned',
  'too_many_requests',
  'internal',
] as const satisfies ErrorCode[];

/** What a route with a body may answer beside. */
const WITH_BODY = ['bad_json', 'message_too_large', 'unsupported_media_type'] as const satisfies ErrorCode[];

/** What a route by which participants moderate may answer beside: what a room has taken from them. */
const OF_MODERATORS = ['forbidden'] as const satisfies ErrorCode[];

/**
 * Describes a route: what it takes and answers, for the document and for checking what comes.
 *
 * @param action what it comes to: which access tokens open it
 * @param errors codes of its own, beside those that every route may answer
 */
export function apiRoute<const P extends string, const R extends Omit<RouteConfig, 'path'> & { path: P }>(
  action: ApiAction,
  route: R,
  errors: readonly ErrorCode[] = [],
) {
  const acts = action === 'moderate' && route.method !== 'get';
  const own = [
    ...(route.request?.body === undefined ? [] : WITH_BODY),
    ...(acts ? OF_MODERATORS : []),
    ...errors,
  ];
  const middleware = [requireApi(action), ...(route.request?.body?.required ? [requireBody] : [])];
  return createRoute({
    ...route,
    middleware,
    responses: { ...problems([...COMMON, ...own]), ...route.responses },
  });
}

/** One response a status, which names the codes that have it. */
function problems(codes: readonly ErrorCode[]): Record<never, never> {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  );
}

/** A JSON response. */
export function json<S extends zod.ZodType>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } } as const;
}

/** A JSON request body, without which there is no request. */
export function body<S extends zod.ZodType>(schema: S) {
  return { ...optionalBody(schema), required: true } as const;
}

/** A JSON request body that may be left out: as if it had no fields. */
export function optionalBody<S extends zod.ZodType>(schema: S) {
  return { content: { 'application/json': { schema } } } as const;
}

/** Path parameters. */
export const RoomParams = zod.object({ id: RoomId });
export const ParticipantParams = RoomParams.extend({ participantId: OpaqueId });
export const TrackParams = ParticipantParams.extend({ trackId: OpaqueId });
export const BanParams = RoomParams.extend({ banId: OpaqueId });
export const RecordingParams = zod.object({ recordingId: OpaqueId });

/** @throws {ParleyError} the error that the call came to */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ParleyError(result.code, result.message);
}

/** @throws {ParleyError} `room_not_found` */
export function noRoom(id: string): never {
  throw new ParleyError('room_not_found', `There is no room ${id}; GET /api/rooms lists those there are.`);
}
