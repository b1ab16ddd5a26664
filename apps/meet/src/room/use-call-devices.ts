import { type PreviewDevice, useCall, useLocalTracks } from '@parley/react';
import type { DevicesInUse } from '../devices/device-fields.tsx';
import { tell } from '../meeting.ts';
import type { Notices } from '../notices.ts';
import { useSetting } from '../settings/setting.ts';
import { chosenDevices } from '../settings/settings.ts';

/** The call's camera and microphone. What is chosen is remembered. */
export function useCallDevices(notices: Notices): DevicesInUse {
  const call = useCall();
  const tracks = useLocalTracks();
  const chosen = {
    camera: useSetting(chosenDevices.camera),
    microphone: useSetting(chosenDevices.microphone),
  };
  const idOf = (device: PreviewDevice) => tracks.get(device)?.track?.getSettings().deviceId ?? chosen[device];
  return {
    camera: idOf('camera'),
    microphone: idOf('microphone'),
    microphoneTrack: tracks.get('microphone')?.track,
    choose: (device, deviceId) => {
      chosenDevices[device].set(deviceId);
      tell(notices, call.switchDevice(device, deviceId));
    },
  };
}
