import type { ClientErrorCode } from '@parley/client/call-error';
import type { CaptureDevice } from '@parley/client/capture-error';
import type { ErrorCode } from '@parley/protocol/errors';

/** Errors of a device: each says something else of the camera, the microphone, and the screen. */
export const CAPTURE_CODES = [
  'permission_denied',
  'device_not_found',
  'device_in_use',
  'capture_unsupported',
  'capture_failed',
  'device_lost',
] as const satisfies readonly ClientErrorCode[];
export type CaptureCode = (typeof CAPTURE_CODES)[number];

/**
 * Codes that are for who writes a client or works with the API, or that the SDK deals with by itself. Should one
 * appear all the same, its own message is shown, in English.
 */
export const UNMET_CODES = [
  'bad_json',
  'invalid_message',
  'unknown_type',
  'join_required',
  'already_joined',
  'wrong_room',
  'signing_disabled',
  'ban_not_found',
  'recording_unavailable',
  'recording_unfinished',
  'recording_failed',
  'recording_unreachable',
  'idempotency_conflict',
  'method_not_allowed',
  'unsupported_media_type',
  'region_unknown',
  'room_exists',
  'not_found',
  'upgrade_required',
  'offer_not_found',
  'sdp_invalid',
  'session_ended',
  'session_replaced',
  'ticket_missing',
  'ticket_malformed',
  'ticket_bad_signature',
  'ticket_expired',
  'ticket_replayed',
  'ticket_wrong_node',
  'ticket_wrong_room',
  'ticket_stale_epoch',
  'ticket_unsupported_version',
  'node_not_enrolled',
  'enrolment_disabled',
  'assignment_invalid',
  'assignment_stale',
  'token_unavailable',
  'aborted',
  'call_ended',
] as const satisfies readonly (ErrorCode | ClientErrorCode)[];

/** Codes that have words of their own in every language. A code that is new is one of these, or of those above. */
export type MetCode = Exclude<ErrorCode | ClientErrorCode, CaptureCode | (typeof UNMET_CODES)[number]>;

export type ErrorTexts = Record<MetCode, string>;
export type CaptureTexts = Record<CaptureCode, Record<CaptureDevice, string>>;
