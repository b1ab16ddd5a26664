import { z } from 'zod';

/**
 * Every error a client, node or API user can meet: code → HTTP status and title. The same codes stand in
 * `{type:"error"}` messages, in REST problem documents (RFC 9457) and, through {@link closeCode}, in WebSocket
 * close frames. Codes are stable; messages say what to do next and may change.
 */
export const ERRORS = {
  bad_json: { status: 400, title: 'The message is not valid JSON' },
  invalid_message: { status: 400, title: 'The message does not follow its schema' },
  unknown_type: { status: 400, title: 'The message has an unknown type' },
  message_too_large: { status: 413, title: 'The message is too large' },
  unsupported_version: { status: 426, title: 'The protocol version is not supported' },
  join_required: { status: 403, title: 'The socket has not joined a room' },
  join_timeout: { status: 408, title: 'No join arrived in time' },
  already_joined: { status: 409, title: 'The socket has joined already' },
  wrong_room: { status: 403, title: 'The message names another room than the socket has joined' },
  token_missing: { status: 401, title: 'An access token is needed' },
  token_malformed: { status: 401, title: 'The access token cannot be read' },
  token_bad_signature: { status: 401, title: 'The access token’s signature is wrong' },
  token_unknown_issuer: { status: 401, title: 'Nobody known here issued the access token' },
  token_expired: { status: 401, title: 'The access token has expired' },
  token_issuer_unavailable: {
    status: 503,
    title: 'The keys of the access token’s issuer cannot be had right now',
  },
  token_wrong_room: { status: 403, title: 'The access token is for another room' },
  token_insufficient: { status: 403, title: 'The access token lacks the grant for this' },
  signing_disabled: { status: 503, title: 'The edge has no API key to sign with' },
  identity_replaced: { status: 409, title: 'The same identity has joined again' },
  kicked: { status: 403, title: 'The participant was removed from the room' },
  banned: { status: 403, title: 'The participant is banned from the room' },
  lobby_full: { status: 503, title: 'Too many wait in the lobby' },
  lobby_denied: { status: 403, title: 'The participant was not admitted' },
  room_locked: { status: 403, title: 'The room is locked' },
  participant_not_found: { status: 404, title: 'There is no such participant' },
  ban_not_found: { status: 404, title: 'There is no such ban' },
  recording_not_found: { status: 404, title: 'There is no such recording' },
  recording_disabled: { status: 403, title: 'Recording is switched off' },
  recording_unavailable: { status: 503, title: 'No recorder can take the recording right now' },
  recording_active: { status: 409, title: 'The room is being recorded already' },
  recording_unfinished: { status: 409, title: 'The recording has no files yet' },
  recording_failed: { status: 500, title: 'The recording failed' },
  recording_unreachable: { status: 503, title: 'The recording’s files cannot be fetched from here' },
  recording_inactive: { status: 409, title: 'The room is not being recorded' },
  idempotency_conflict: { status: 409, title: 'The idempotency key was used for another request' },
  method_not_allowed: { status: 405, title: 'The address does not take this method' },
  unsupported_media_type: { status: 415, title: 'The body’s media type is not supported' },
  too_many_requests: { status: 429, title: 'Too many requests from this address' },
  too_many_rooms: { status: 429, title: 'Too many rooms from this address' },
  too_many_participants: { status: 429, title: 'Too many participants from this address' },
  region_unknown: { status: 400, title: 'The region cannot serve the room' },
  room_not_found: { status: 404, title: 'There is no such room' },
  room_exists: { status: 409, title: 'A room with this id exists already' },
  room_full: { status: 409, title: 'The room is full' },
  room_closed: { status: 410, title: 'The room was closed' },
  server_full: { status: 503, title: 'The server has reached its number of rooms' },
  media_unavailable: { status: 503, title: 'No media node can serve the room right now' },
  room_overloaded: { status: 503, title: 'The room uses all that its media node has for it' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  upgrade_required: { status: 426, title: 'This address takes WebSocket connections' },
  origin_not_allowed: { status: 403, title: 'The page’s origin is not allowed' },
  forbidden: { status: 403, title: 'The participant lacks the grant for this' },
  track_not_found: { status: 404, title: 'There is no such track' },
  offer_not_found: { status: 409, title: 'The answer belongs to no open offer' },
  sdp_invalid: { status: 400, title: 'The session description cannot be used' },
  publish_failed: { status: 400, title: 'A track could not be published' },
  publish_not_allowed: { status: 403, title: 'The grants do not include publishing this source' },
  codec_unsupported: { status: 415, title: 'No common codec' },
  rate_limited: { status: 429, title: 'Too many messages at once' },
  server_busy: { status: 503, title: 'The server takes no more connections right now' },
  session_lost: { status: 503, title: 'The media session was lost' },
  session_ended: { status: 410, title: 'The media session has ended' },
  session_replaced: { status: 409, title: 'The media session was opened over another connection' },
  resumed_elsewhere: { status: 409, title: 'The participant came back over another connection' },
  slow_reader: { status: 408, title: 'The client reads too slowly' },
  ticket_missing: { status: 401, title: 'No ticket was shown' },
  ticket_malformed: { status: 401, title: 'The ticket cannot be read' },
  ticket_bad_signature: { status: 401, title: 'The ticket’s signature is wrong' },
  ticket_expired: { status: 401, title: 'The ticket has expired' },
  ticket_replayed: { status: 401, title: 'The ticket was used before' },
  ticket_wrong_node: { status: 403, title: 'The ticket is for another node' },
  ticket_wrong_room: { status: 403, title: 'The ticket is for another room' },
  ticket_stale_epoch: { status: 409, title: 'The ticket is from an old assignment of the room' },
  ticket_unsupported_version: { status: 426, title: 'The ticket’s protocol version is not supported' },
  node_not_enrolled: { status: 401, title: 'The node has no valid enrolment' },
  enrolment_disabled: { status: 503, title: 'The edge has no enrolment secret' },
  assignment_invalid: { status: 401, title: 'The assignment is not valid' },
  assignment_stale: { status: 409, title: 'The assignment is from an old epoch' },
  internal: { status: 500, title: 'The server failed' },
} as const satisfies Record<string, { status: number; title: string }>;

/** A stable error code. */
export type ErrorCode = keyof typeof ERRORS;

export const ErrorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);

/** An error that may be shown to whoever caused it: a code, and a message that says what to do next. */
export class ParleyError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ParleyError';
    this.code = code;
  }
}

/** The WebSocket close code of an error: 4000 + its HTTP status (RFC 6455 §7.4.2, private range). */
export function closeCode(code: ErrorCode): number {
  return 4000 + ERRORS[code].status;
}

/** A problem document (RFC 9457), the body of every REST error. */
export const Problem = z
  .object({
    /** A URN of the code. */
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    /** What to do next. */
    detail: z.string(),
    code: ErrorCode,
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

/** Makes the problem document of an error. */
export function problem(code: ErrorCode, detail: string): Problem {
  const { status, title } = ERRORS[code];
  return { type: `urn:parley:error:${code}`, title, status, detail, code };
}
