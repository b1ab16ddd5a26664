import { CallError } from './call-error.ts';
import type { FacingMode } from './capture.ts';

/** Milliseconds in which changes are taken together: a headset brings several devices. */
const SETTLE_MS = 100;

/** A camera, microphone or loudspeaker of the machine. */
export interface MediaDevice {
  /** For `captureCamera()`, `call.switchDevice()` or `useSpeaker()`. Empty where the browser does not tell it yet. */
  readonly deviceId: string;
  /** The same for the parts of one device, a headset's for example; may be empty. */
  readonly groupId: string;
  /** Undefined until the person has allowed the use of such a device: browsers hide names, mostly ids too, before. */
  readonly label: string | undefined;
}

/** The devices there are, in the browser's order, the default one mostly first. */
export interface MediaDeviceLists {
  readonly cameras: readonly MediaDevice[];
  readonly microphones: readonly MediaDevice[];
  /** Empty where the browser does not let pages choose. */
  readonly speakers: readonly MediaDevice[];
}

/** Lists the devices without asking for anything. Empty lists where the browser has none to give. */
export async function listDevices(): Promise<MediaDeviceLists> {
  const all =
    (await mediaDevices()
      ?.enumerateDevices?.()
      .catch(() => undefined)) ?? [];
  const of = (wanted: MediaDeviceKind) =>
    all.flatMap(({ kind, deviceId, groupId, label }) =>
      kind === wanted ? [{ deviceId, groupId, label: label || undefined }] : [],
    );
  return { cameras: of('videoinput'), microphones: of('audioinput'), speakers: of('audiooutput') };
}

const watches = new Set<() => void>();

/**
 * Calls `listener` with the lists, at once and whenever they are others: a device was plugged in or pulled out, or
 * became known by name. The returned function ends it.
 */
export function watchDevices(listener: (devices: MediaDeviceLists) => void): () => void {
  let told = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async () => {
    const lists = await listDevices();
    const text = JSON.stringify(lists);
    if (!watches.has(changed) || text === told) return;
    told = text;
    listener(lists);
  };
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), SETTLE_MS);
  };
  const devices = mediaDevices();
  watches.add(changed);
  devices?.addEventListener?.('devicechange', changed);
  void look();
  return () => {
    watches.delete(changed);
    devices?.removeEventListener?.('devicechange', changed);
    clearTimeout(timer);
  };
}

/** @internal The browser, which says nothing then, may tell names from now on. */
export function devicesAllowed(): void {
  for (const changed of watches) changed();
}

/** Whether the loudspeaker can be chosen here. */
export function canChooseSpeaker(): boolean {
  return 'setSinkId' in (globalThis.HTMLMediaElement?.prototype ?? {});
}

/**
 * Plays an audio or video element through a loudspeaker; an empty id is the system's default one.
 *
 * @throws {CallError} `capture_unsupported` where {@link canChooseSpeaker} says no, `device_not_found`,
 * `permission_denied`: some browsers name loudspeakers only once the microphone was allowed
 */
export async function useSpeaker(element: HTMLMediaElement, deviceId: string): Promise<void> {
  if (!canChooseSpeaker()) {
    const message = 'This browser plays through the loudspeaker that the system has chosen. Choose it there.';
    throw new CallError('capture_unsupported', message);
  }
  try {
    await element.setSinkId(deviceId);
  } catch (cause) {
    const [code, message] =
      cause instanceof Error && cause.name === 'NotAllowedError'
        ? ([
            'permission_denied',
            'The browser may not use this loudspeaker. Allow the microphone first.',
          ] as const)
        : (['device_not_found', 'This loudspeaker is not there any more. Choose another one.'] as const);
    throw new CallError(code, message, { cause });
  }
}

/** The other side of a phone, for `call.switchDevice('camera', { facingMode })`. */
export function oppositeFacing(camera: MediaStreamTrack | undefined): FacingMode {
  return camera?.getSettings().facingMode === 'environment' ? 'user' : 'environment';
}

function mediaDevices(): Partial<MediaDevices> | undefined {
  return globalThis.navigator?.mediaDevices;
}
