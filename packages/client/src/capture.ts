import type { ClientMediaSettings } from '@parley/protocol/server-messages';
import { CallError } from './call-error.ts';
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

/** What became of each device: its track, or why there is none. */
export interface CapturedDevices {
  readonly camera: MediaStreamTrack | CallError;
  readonly microphone: MediaStreamTrack | CallError;
}

/** Starts camera and microphone with a single question to the person; one works without the other. Never rejects. */
export async function captureDevices(settings: CaptureSettings = DEFAULTS): Promise<CapturedDevices> {
  const devices: Partial<MediaDevices> | undefined = globalThis.navigator?.mediaDevices;
  if (!devices?.getUserMedia) {
    return { camera: captureUnsupported('camera'), microphone: captureUnsupported('microphone') };
  }
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: cameraConstraints(settings),
      audio: microphoneConstraints(settings),
    });
    const [camera] = stream.getVideoTracks();
    const [microphone] = stream.getAudioTracks();
    return {
      camera: camera ?? captureError('camera', undefined),
      microphone: microphone ?? captureError('microphone', undefined),
    };
  } catch (cause) {
    const camera = captureError('camera', cause);
    const microphone = captureError('microphone', cause);
    // The question for both fails for both when one was forbidden earlier. A person who says no is not asked again.
    const [cameraDenied, microphoneDenied] =
      camera.code === 'permission_denied'
        ? await Promise.all([isDenied('camera'), isDenied('microphone')])
        : [false, false];
    const alone = camera.code !== 'permission_denied' || cameraDenied !== microphoneDenied;
    return {
      camera: alone && !cameraDenied ? await captureCamera(settings).catch(asCallError) : camera,
      microphone:
        alone && !microphoneDenied ? await captureMicrophone(settings).catch(asCallError) : microphone,
    };
  }
}

async function isDenied(name: 'camera' | 'microphone'): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name })).state === 'denied';
  } catch {
    // Not every browser tells.
    return false;
  }
}

function asCallError(error: unknown): CallError {
  return error instanceof CallError
    ? error
    : new CallError('capture_failed', String(error), { cause: error });
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
