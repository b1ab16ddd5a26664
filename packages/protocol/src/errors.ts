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
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
}

/** Makes the problem document of an error. */
export function problem(code: ErrorCode, detail: string): Problem {
  const { status, title } = ERRORS[code];
  return { type: `urn:parley:error:${code}`, title, status, detail, code };
}
