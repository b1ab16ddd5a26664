import type { CallError } from '@parley/client/call-error';
import { captureCamera, captureDevices, captureMicrophone } from '@parley/client/capture';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type DeviceState, type PreviewState, tracksOf } from './preview-state.ts';

export type PreviewDevice = 'camera' | 'microphone';

export interface Preview {
  state: PreviewState;
  toggle(device: PreviewDevice): void;
  /** Hands the tracks over: they outlive the lobby. */
  take(): { camera: MediaStreamTrack | undefined; microphone: MediaStreamTrack | undefined };
}

const OFF: PreviewState = { camera: { state: 'off' }, microphone: { state: 'off' } };
const STARTING: PreviewState = { camera: { state: 'starting' }, microphone: { state: 'starting' } };

/**
 * Camera and microphone before the call. Both are asked for at once when the lobby opens, unless `initial` says
 * that they were off last time.
 */
export function usePreview(initial: Record<PreviewDevice, boolean>): Preview {
  const [state, setState] = useState<PreviewState>(OFF);
  const current = useRef(state);
  const open = useRef(0);

  const update = useCallback((next: PreviewState) => {
    current.current = next;
    setState(next);
  }, []);
  const set = useCallback(
    (device: PreviewDevice, next: DeviceState) => {
      stop(current.current[device]);
      update({ ...current.current, [device]: next });
    },
    [update],
  );
  const start = useCallback(
    async (device: PreviewDevice, session: number) => {
      set(device, { state: 'starting' });
      const result = await (device === 'camera' ? captureCamera() : captureMicrophone()).catch(
        (error: CallError) => error,
      );
      if (session !== open.current) discard(result);
      else set(device, deviceState(result));
    },
    [set],
  );

  const { camera, microphone } = initial;
  useEffect(() => {
    open.current += 1;
    const session = open.current;
    if (camera && microphone) {
      update(STARTING);
      void captureDevices().then((result) => {
        if (session !== open.current) {
          discard(result.camera);
          discard(result.microphone);
          return;
        }
        update({ camera: deviceState(result.camera), microphone: deviceState(result.microphone) });
      });
    } else if (camera) {
      void start('camera', session);
    } else if (microphone) {
      void start('microphone', session);
    }
    return () => {
      open.current += 1;
      for (const track of Object.values(tracksOf(current.current))) track?.stop();
      update(OFF);
    };
  }, [camera, microphone, start, update]);

  return {
    state,
    toggle: (device) => {
      if (current.current[device].state === 'on') set(device, { state: 'off' });
      else void start(device, open.current);
    },
    take: () => {
      const tracks = tracksOf(current.current);
      current.current = OFF;
      return tracks;
    },
  };
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
