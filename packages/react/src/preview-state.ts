import type { CallError } from '@parley/client/call-error';

/** What a device does in the lobby. */
export type DeviceState =
  | { readonly state: 'off' }
  | { readonly state: 'starting' }
  | { readonly state: 'on'; readonly track: MediaStreamTrack }
  | { readonly state: 'failed'; readonly error: CallError };

/** What both devices do in the lobby. */
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
