import type { ErrorCode } from '@parley/protocol/errors';
import type { CaptureDevice } from './capture-error.ts';

/** What can go wrong on this side of the socket. */
export type ClientErrorCode =
  /** The server cannot be reached, or hung up without a word. */
  | 'connection_failed'
  /** The application got no access token, or none in time. */
  | 'token_unavailable'
  /** The caller's `AbortSignal` fired. */
  | 'aborted'
  /** The call is over. */
  | 'call_ended'
  /** The browser refused a description. */
  | 'negotiation_failed'
  /** The browser has no WebRTC, or not with the server's settings. */
  | 'media_unsupported'
  /** Signalling works, media does not get through. */
  | 'media_failed'
  /** The person, the page's policy or the system said no to a device. */
  | 'permission_denied'
  | 'device_not_found'
  /** Another program holds the device. */
  | 'device_in_use'
  /** The device went away during the call. */
  | 'device_lost'
  /** This browser, or a page without HTTPS, cannot capture. */
  | 'capture_unsupported'
  | 'capture_failed';

/** What may be known of an error beside its code and message. */
export interface CallErrorOptions extends ErrorOptions {
  requestType?: string;
  device?: CaptureDevice;
}

/** An error of a call: a stable code to decide by, and a message that says what to do next. */
export class CallError extends Error {
  readonly code: ErrorCode | ClientErrorCode;
  /** The `type` of the message that the server refused, where it was one. */
  readonly requestType: string | undefined;
  /** What could not be captured, or is captured no more, where it was that. */
  readonly device: CaptureDevice | undefined;

  constructor(code: ErrorCode | ClientErrorCode, message: string, options: CallErrorOptions = {}) {
    super(message, options);
    this.name = 'CallError';
    this.code = code;
    this.requestType = options.requestType;
    this.device = options.device;
  }
}

/** What whatever is wanted of a call that is over comes to. */
export function callEnded(): CallError {
  return new CallError('call_ended', 'The call is over. Join again to go on.');
}
