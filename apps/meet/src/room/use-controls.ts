import { useCall, useLocalTracks } from '@parley/react';
import { useMemo, useRef } from 'react';
import { tell } from '../meeting.ts';
import type { Notices } from '../notices.ts';

/** A source of one's own, and the way to turn it on or off. */
export interface Control {
  readonly on: boolean;
  toggle(): void;
}

export interface Controls {
  readonly microphone: Control;
  readonly camera: Control;
  readonly screen: Control;
  /** Opens the microphone while it is held, if it was off. */
  talk(on: boolean): void;
}

/** Phones cannot share their screen from a web page. */
export const CAN_SHARE = 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices;

/** One's own sources, for buttons and keys. What goes wrong is told as a notice. */
export function useControls(notices: Notices): Controls {
  const call = useCall();
  const localTracks = useLocalTracks();
  /** Whether the microphone is on only because a key is held. */
  const talking = useRef(false);
  return useMemo(() => {
    const isOn = (source: 'microphone' | 'camera' | 'screen') => localTracks.get(source)?.enabled ?? false;
    const [microphone, camera, screen] = [isOn('microphone'), isOn('camera'), isOn('screen')];
    return {
      microphone: {
        on: microphone,
        toggle: () => {
          talking.current = false;
          tell(notices, call.setMicrophoneEnabled(!microphone));
        },
      },
      camera: { on: camera, toggle: () => tell(notices, call.setCameraEnabled(!camera)) },
      screen: {
        on: screen,
        toggle: () => tell(notices, screen ? call.stopScreenShare() : call.startScreenShare()),
      },
      talk: (on) => {
        if (on ? microphone : !talking.current) return;
        talking.current = on;
        tell(notices, call.setMicrophoneEnabled(on));
      },
    };
  }, [call, localTracks, notices]);
}
