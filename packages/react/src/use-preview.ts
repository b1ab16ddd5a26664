import type { CallError } from '@parley/client/call-error';
import { captureCamera, captureDevices, captureMicrophone } from '@parley/client/capture';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type DeviceState, type PreviewState, tracksOf } from './preview-state.ts';

/** What can be tried before a call. */
export type PreviewDevice = 'camera' | 'microphone';

/** Camera and microphone before a call. */
export interface Preview {
  state: PreviewState;
  /** Turns a device on or off, or tries again one that failed. */
  toggle(device: PreviewDevice): void;
  /** Takes another camera or microphone, of `useDevices()`: at once where one is on, else the next time. */
  choose(device: PreviewDevice, deviceId: string): void;
  /** Hands the tracks over: they outlive the lobby. */
  take(): { camera: MediaStreamTrack | undefined; microphone: MediaStreamTrack | undefined };
}

const OFF: PreviewState = { camera: { state: 'off' }, microphone: { state: 'off' } };
const STARTING: PreviewState = { camera: { state: 'starting' }, microphone: { state: 'starting' } };

/**
 * Camera and microphone before the call. Both are asked for at once when the lobby opens, unless `initial` says
 * that they were off last time. A device that is unplugged gives way to another.
 *
 * @param chosen the ids of devices that were chosen earlier
 */
export function usePreview(
  initial: Record<PreviewDevice, boolean>,
  chosen: Partial<Record<PreviewDevice, string>> = {},
): Preview {
  const [state, setState] = useState<PreviewState>(OFF);
  const current = useRef(state);
  const choices = useRef(chosen);
  /** Counts what was wished of each device: what comes of an older wish is not wanted any more. */
  const wishes = useRef({ camera: 0, microphone: 0 });

  const set = useCallback((change: Partial<PreviewState>) => {
    current.current = { ...current.current, ...change };
    setState(current.current);
  }, []);
  const wish = useCallback((device: PreviewDevice) => {
    wishes.current[device] += 1;
    const mine = wishes.current[device];
    return () => mine === wishes.current[device];
  }, []);
  const start = useCallback(
    async (device: PreviewDevice) => {
      const isWanted = wish(device);
      stop(current.current[device]);
      set({ [device]: { state: 'starting' } });
      const deviceId = choices.current[device] ?? '';
      const result = await (device === 'camera' ? captureCamera : captureMicrophone)({ deviceId }).catch(
        (error: CallError) => error,
      );
      if (isWanted()) set({ [device]: deviceState(result) });
      else discard(result);
    },
    [set, wish],
  );
  const turnOff = useCallback(
    (device: PreviewDevice) => {
      wish(device);
      stop(current.current[device]);
      set({ [device]: { state: 'off' } });
    },
    [set, wish],
  );

  const [{ camera, microphone }] = useState(initial);
  useEffect(() => {
    if (camera && microphone) {
      const wanted = { camera: wish('camera'), microphone: wish('microphone') };
      set(STARTING);
      const of = (device: PreviewDevice) => ({ deviceId: choices.current[device] ?? '' });
      void captureDevices({ camera: of('camera'), microphone: of('microphone') }).then((result) => {
        for (const device of ['camera', 'microphone'] as const) {
          if (wanted[device]()) set({ [device]: deviceState(result[device]) });
          else discard(result[device]);
        }
      });
    } else if (camera) {
      void start('camera');
    } else if (microphone) {
      void start('microphone');
    }
    return () => {
      turnOff('camera');
      turnOff('microphone');
    };
  }, [camera, microphone, set, start, turnOff, wish]);

  const { camera: cameraTrack, microphone: microphoneTrack } = tracksOf(state);
  // What was taken is the call's to replace.
  const restart = (device: PreviewDevice) => current.current[device].state === 'on' && void start(device);
  useUnplugged(cameraTrack, () => restart('camera'));
  useUnplugged(microphoneTrack, () => restart('microphone'));

  return {
    state,
    toggle: (device) => {
      if (current.current[device].state === 'on') turnOff(device);
      else void start(device);
    },
    choose: (device, deviceId) => {
      choices.current = { ...choices.current, [device]: deviceId };
      if (current.current[device].state !== 'off') void start(device);
    },
    take: () => {
      wish('camera');
      wish('microphone');
      const tracks = tracksOf(current.current);
      current.current = OFF;
      return tracks;
    },
  };
}

/** Calls `ended` when the track has ended by itself. */
function useUnplugged(track: MediaStreamTrack | undefined, ended: () => void): void {
  const listener = useRef(ended);
  useEffect(() => {
    listener.current = ended;
  });
  useEffect(() => {
    const call = () => listener.current();
    track?.addEventListener('ended', call);
    return () => track?.removeEventListener('ended', call);
  }, [track]);
}

function deviceState(result: MediaStreamTrack | CallError): DeviceState {
  return result instanceof MediaStreamTrack
    ? { state: 'on', track: result }
    : { state: 'failed', error: result };
}

function discard(result: MediaStreamTrack | CallError): void {
  if (result instanceof MediaStreamTrack) result.stop();
}

function stop(device: DeviceState): void {
  if (device.state === 'on') device.track.stop();
}
