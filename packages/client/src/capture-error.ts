import { CallError } from './call-error.ts';

/** What was to be captured, as messages name it. */
export type CaptureDevice = 'camera' | 'microphone' | 'screen';

/** Says in the person's words why a capture failed and what to do about it (W3C mediacapture-main, screen-capture). */
export function captureError(device: CaptureDevice, cause: unknown): CallError {
  const name = nameOf(cause);
  const screen = device === 'screen';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return new CallError('permission_denied', denied(device, cause), { cause, device });
    case 'NotFoundError':
    case 'OverconstrainedError':
      return new CallError(
        'device_not_found',
        screen ? 'There is no screen to share.' : `No ${device} was found. Plug one in and try again.`,
        { cause, device },
      );
    case 'NotReadableError':
    case 'AbortError':
      return new CallError(
        'device_in_use',
        screen
          ? 'The system does not let the browser see the screen. Check its privacy settings.'
          : `The ${device} does not start. Close other programs that use it and try again.`,
        { cause, device },
      );
    case 'NotSupportedError':
      return new CallError('capture_unsupported', unsupported(device), { cause, device });
    case 'InvalidStateError':
      // A page that is not shown, or a screen that was asked for too long after the click.
      return new CallError(
        'capture_failed',
        `The browser gives the ${device} only to a page that is in front, ${screen ? 'right after a click' : 'not in the background'}. Try again.`,
        { cause, device },
      );
    default:
      return new CallError('capture_failed', `The ${device} could not be started. Try again.`, {
        cause,
        device,
      });
  }
}

/** What the browser calls an error: an `OverconstrainedError` is no `Error` in all of them. Empty where it has no name. */
export function nameOf(cause: unknown): string {
  return String((cause as { readonly name?: unknown } | null | undefined)?.name ?? '');
}

/** The error where the browser offers no capture at all. */
export function captureUnsupported(device: CaptureDevice): CallError {
  return new CallError(
    'capture_unsupported',
    globalThis.isSecureContext
      ? unsupported(device)
      : `Browsers give the ${device} only to pages that are opened with https:// or from localhost.`,
    { device },
  );
}

const unsupported = (device: CaptureDevice) => `This browser cannot capture the ${device}. Try another one.`;

/** What a page has to be allowed for a device (W3C permissions-policy). */
const FEATURES = { camera: 'camera', microphone: 'microphone', screen: 'display-capture' } as const;

/**
 * Who refused a device, as far as the browser tells: the person, the system, the server of the page by its
 * Permissions-Policy, or the page whose frame this one is in. Where it does not tell, the person.
 *
 * @param cause what the browser threw
 */
export function refusedBy(device: CaptureDevice, cause: unknown): 'person' | 'system' | 'server' | 'frame' {
  if (!allowsFeature(FEATURES[device])) return isEmbedded() ? 'frame' : 'server';
  // Chromium says who it was.
  return /by system/i.test(String(cause)) ? 'system' : 'person';
}

function denied(device: CaptureDevice, cause: unknown): string {
  const feature = FEATURES[device];
  const by = refusedBy(device, cause);
  switch (by) {
    case 'frame':
      return `The page that embeds this one does not pass the ${device} on. Its frame needs allow="${feature}".`;
    case 'server':
      return `The server of this page forbids the ${device}: its header Permissions-Policy has to allow ${feature}.`;
    case 'system':
      return `The system does not let the browser use the ${device}. Allow it in the system’s privacy settings, then try again.`;
    case 'person':
      return device === 'screen'
        ? 'Nothing was chosen to share, or the system forbids it. Try again and choose a window or screen.'
        : `The browser may not use the ${device}. Allow it in the site settings beside the address, then try again.`;
    default:
      return by satisfies never;
  }
}

/** Chromium tells what a page's policy forbids; elsewhere nothing is known of it. */
function allowsFeature(feature: string): boolean {
  const { featurePolicy } = (globalThis.document ?? {}) as {
    featurePolicy?: { allowsFeature(feature: string): boolean };
  };
  return featurePolicy?.allowsFeature(feature) ?? true;
}

function isEmbedded(): boolean {
  return globalThis.parent !== globalThis.self;
}
