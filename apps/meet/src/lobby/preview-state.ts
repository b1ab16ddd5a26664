import type { CallError } from '@parley/client/call-error';
import { errorText } from '../i18n/error-text.ts';
import type { Texts } from '../i18n/texts.ts';

/** What a device does in the lobby. */
export type DeviceState =
  | { readonly state: 'off' }
  | { readonly state: 'starting' }
  | { readonly state: 'on'; readonly track: MediaStreamTrack }
  | { readonly state: 'failed'; readonly error: CallError };

export interface PreviewState {
  readonly camera: DeviceState;
  readonly microphone: DeviceState;
}

/** The tracks that are on. */
export function tracksOf({ camera, microphone }: PreviewState) {
  return {
    camera: camera.state === 'on' ? camera.track : undefined,
    microphone: microphone.state === 'on' ? microphone.track : undefined,
  };
}

/** What to tell the person about devices that do not work: each message once. */
export function previewProblems(texts: Texts, { camera, microphone }: PreviewState): string[] {
  if (
    camera.state === 'failed' &&
    microphone.state === 'failed' &&
    camera.error.code === microphone.error.code &&
    camera.error.code === 'permission_denied'
  ) {
    return [texts.lobby.bothDenied];
  }
  return [camera, microphone].flatMap((device) =>
    device.state === 'failed' ? [errorText(texts, device.error)] : [],
  );
}
