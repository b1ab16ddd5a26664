import type { ClientMediaSettings } from '@parley/protocol/server-messages';
import { CallError } from './call-error.ts';
import { captureError, captureUnsupported, nameOf } from './capture-error.ts';
import { devicesAllowed } from './devices.ts';
import { MOST_SCREEN_PIXELS } from './encodings.ts';

/** Where a phone's camera looks: to the person, or away. */
export type FacingMode = 'user' | 'environment';

/** Which of several devices; without either whichever the browser prefers. */
export interface DeviceChoice {
  /** Of `listDevices()`. */
  readonly deviceId?: string;
  /** For cameras of phones. */
  readonly facingMode?: FacingMode;
}

/** The part of the server's settings that concerns capturing. */
type ServerSettings = Pick<ClientMediaSettings, 'resolution' | 'audio'>;

/** What to capture: the server's settings, as far as they are known, and a choice of the device. */
export interface CaptureSettings extends Partial<ServerSettings>, DeviceChoice {}

/** The same for both devices. */
export interface CapturePairSettings extends Partial<ServerSettings> {
  readonly camera?: DeviceChoice;
  readonly microphone?: DeviceChoice;
}

/** Before the server has said what it wants. */
const DEFAULTS: ServerSettings = {
  resolution: { width: 1280, height: 720 },
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

/** Starts the camera; another one if the chosen one is gone. @throws {CallError} that says what to do */
export function captureCamera(settings: CaptureSettings = {}): Promise<MediaStreamTrack> {
  return captureDevice('camera', settings);
}

/** Starts the microphone; another one if the chosen one is gone. @throws {CallError} that says what to do */
export function captureMicrophone(settings: CaptureSettings = {}): Promise<MediaStreamTrack> {
  return captureDevice('microphone', settings);
}

const captured = new WeakSet<MediaStreamTrack>();

/** @internal Whether this SDK has captured the track from a camera or microphone. */
export function isDeviceTrack(track: MediaStreamTrack): boolean {
  return captured.has(track);
}

/** What became of each device: its track, or why there is none. */
export interface CapturedDevices {
  readonly camera: MediaStreamTrack | CallError;
  readonly microphone: MediaStreamTrack | CallError;
}

/** Starts camera and microphone with a single question to the person; one works without the other. Never rejects. */
export async function captureDevices(settings: CapturePairSettings = {}): Promise<CapturedDevices> {
  const { camera: cameraChoice, microphone: microphoneChoice, ...server } = settings;
  const cameraSettings = { ...server, ...cameraChoice };
  const microphoneSettings = { ...server, ...microphoneChoice };
  const devices: Partial<MediaDevices> | undefined = globalThis.navigator?.mediaDevices;
  if (!devices?.getUserMedia) {
    return { camera: captureUnsupported('camera'), microphone: captureUnsupported('microphone') };
  }
  try {
    const stream = await userMedia({
      video: cameraConstraints(cameraSettings),
      audio: microphoneConstraints(microphoneSettings),
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
      camera: alone && !cameraDenied ? await captureCamera(cameraSettings).catch(asCallError) : camera,
      microphone:
        alone && !microphoneDenied
          ? await captureMicrophone(microphoneSettings).catch(asCallError)
          : microphone,
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
export function cameraConstraints({
  resolution = DEFAULTS.resolution,
  deviceId,
  facingMode,
}: CaptureSettings = {}): MediaTrackConstraints {
  return {
    width: { ideal: resolution.width },
    height: { ideal: resolution.height },
    frameRate: { ideal: 30 },
    ...(deviceId ? { deviceId: { exact: deviceId } } : facingMode && { facingMode: { exact: facingMode } }),
  };
}

/** Constraints for a microphone that fits the server's settings. */
export function microphoneConstraints({
  audio: { stereo, ...processing } = DEFAULTS.audio,
  deviceId,
}: CaptureSettings = {}): MediaTrackConstraints {
  return {
    ...processing,
    ...(stereo && { channelCount: { ideal: 2 } }),
    ...(deviceId && { deviceId: { exact: deviceId } }),
  };
}

/** What a shared screen shows: `detail`, text and pictures, is kept sharp; `motion`, films and games, smooth. */
export type ScreenContent = 'detail' | 'motion';

/** How a screen is shared. */
export interface ScreenSettings {
  /** Default `detail`. */
  readonly content?: ScreenContent;
  /** Whether to take its sound along, where the browser has it. Default true. */
  readonly sound?: boolean;
}

/**
 * Asks for a screen, window or tab, in full size up to 4K, with its sound where the browser has it. Must be called
 * while the browser still counts a click.
 *
 * @throws {CallError} that says what to do
 */
export async function captureScreen({
  content = 'detail',
  sound = true,
}: ScreenSettings = {}): Promise<MediaStream> {
  const devices: Partial<MediaDevices> | undefined = globalThis.navigator?.mediaDevices;
  if (!devices?.getDisplayMedia) throw captureUnsupported('screen');
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({
      // A bound of both sides, since screens are turned too.
      video: {
        width: { max: MOST_SCREEN_PIXELS },
        height: { max: MOST_SCREEN_PIXELS },
        frameRate: { max: 30 },
      },
      // Processing made for voices would spoil the sound of a video.
      audio: sound && { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    for (const track of stream.getVideoTracks()) track.contentHint = content;
    return stream;
  } catch (error) {
    throw captureError('screen', error);
  }
}

async function captureDevice(
  device: 'camera' | 'microphone',
  settings: CaptureSettings,
): Promise<MediaStreamTrack> {
  const devices: Partial<MediaDevices> | undefined = globalThis.navigator?.mediaDevices;
  if (!devices?.getUserMedia) throw captureUnsupported(device);
  try {
    const [track] = (
      await userMedia(
        device === 'camera'
          ? { video: cameraConstraints(settings) }
          : { audio: microphoneConstraints(settings) },
      )
    ).getTracks();
    if (track === undefined) throw new Error(`The browser gave no ${device}.`);
    return track;
  } catch (error) {
    const { deviceId, facingMode, ...any } = settings;
    const isGone = /^(Overconstrained|NotFound)Error$/.test(nameOf(error));
    if (isGone && (deviceId || facingMode)) return captureDevice(device, any);
    throw captureError(device, error);
  }
}

async function userMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
  const stream = await navigator.mediaDevices.getUserMedia(constraints);
  for (const track of stream.getTracks()) captured.add(track);
  devicesAllowed();
  return stream;
}
