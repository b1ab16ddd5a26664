import type { ClientMediaSettings } from '@parley/protocol/server-messages';
import { type CaptureDevice, captureError, captureUnsupported } from './capture-error.ts';

/** The part of the server's settings that concerns capturing. */
export type CaptureSettings = Pick<ClientMediaSettings, 'resolution' | 'audio'>;

/** Before the server has said what it wants. */
const DEFAULTS: CaptureSettings = {
  resolution: { width: 1280, height: 720 },
  audio: { echoCancellation: true, noiseSuppression: true },
};

/** Starts the camera. @throws {CallError} that says what to do */
export function captureCamera(settings: CaptureSettings = DEFAULTS): Promise<MediaStreamTrack> {
  return captureDevice('camera', { video: cameraConstraints(settings) });
}

/** Starts the microphone. @throws {CallError} that says what to do */
export function captureMicrophone(settings: CaptureSettings = DEFAULTS): Promise<MediaStreamTrack> {
  return captureDevice('microphone', { audio: microphoneConstraints(settings) });
}

/** Constraints for a camera that fits the server's settings. */
export function cameraConstraints({ resolution }: CaptureSettings = DEFAULTS): MediaTrackConstraints {
  return {
    width: { ideal: resolution.width },
    height: { ideal: resolution.height },
    frameRate: { ideal: 30 },
  };
}

/** Constraints for a microphone that fits the server's settings. */
export function microphoneConstraints({ audio }: CaptureSettings = DEFAULTS): MediaTrackConstraints {
  return { echoCancellation: audio.echoCancellation, noiseSuppression: audio.noiseSuppression };
}

/**
 * Asks for a screen, window or tab, with its sound where the browser has it. Must be called while the browser still
 * counts a click.
 *
 * @throws {CallError} that says what to do
 */
export async function captureScreen(): Promise<MediaStream> {
  const devices: Partial<MediaDevices> | undefined = globalThis.navigator?.mediaDevices;
  if (!devices?.getDisplayMedia) throw captureUnsupported('screen');
  try {
    return await navigator.mediaDevices.getDisplayMedia({
      video: true,
      // Processing made for voices would spoil the sound of a video.
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
  } catch (error) {
    throw captureError('screen', error);
  }
}

async function captureDevice(
  device: CaptureDevice,
  constraints: MediaStreamConstraints,
): Promise<MediaStreamTrack> {
  const devices: Partial<MediaDevices> | undefined = globalThis.navigator?.mediaDevices;
  if (!devices?.getUserMedia) throw captureUnsupported(device);
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    throw captureError(device, error);
  }
  const [track] = stream.getTracks();
  if (track === undefined) throw captureError(device, undefined);
  return track;
}
