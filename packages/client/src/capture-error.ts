import { CallError } from './call-error.ts';

/** What was to be captured, as messages name it. */
export type CaptureDevice = 'camera' | 'microphone' | 'screen';

/** Says in the person's words why a capture failed and what to do about it. */
export function captureError(device: CaptureDevice, cause: unknown): CallError {
  const name = cause instanceof Error ? cause.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return new CallError('permission_denied', denied(device), { cause });
    case 'NotFoundError':
    case 'OverconstrainedError':
      return new CallError(
        'device_not_found',
        device === 'screen'
          ? 'There is no screen to share.'
          : `No ${device} was found. Plug one in and try again.`,
        { cause },
      );
    case 'NotReadableError':
    case 'AbortError':
      return new CallError(
        'device_in_use',
        device === 'screen'
          ? 'The system does not let the browser see the screen. Check its privacy settings.'
          : `The ${device} does not start. Close other programs that use it and try again.`,
        { cause },
      );
    default:
      return new CallError('capture_failed', `The ${device} could not be started. Try again.`, { cause });
  }
}

/** The error where the browser offers no capture at all. */
export function captureUnsupported(device: CaptureDevice): CallError {
  return new CallError(
    'capture_unsupported',
    globalThis.isSecureContext
      ? `This browser cannot capture the ${device}. Try another one.`
      : `Browsers give the ${device} only to pages that are opened with https:// or from localhost.`,
  );
}

function denied(device: CaptureDevice): string {
  return device === 'screen'
    ? 'Nothing was chosen to share, or the system forbids it. Try again and choose a window or screen.'
    : `The browser may not use the ${device}. Allow it in the site settings beside the address, then try again.`;
}
