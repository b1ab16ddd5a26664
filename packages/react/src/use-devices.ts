import { type MediaDeviceLists, watchDevices } from '@parley/client/devices';
import { useEffect, useState } from 'react';

const NONE: MediaDeviceLists = { cameras: [], microphones: [], speakers: [] };

/** The devices of the machine, as they are plugged in and out. */
export function useDevices(): MediaDeviceLists {
  const [devices, setDevices] = useState(NONE);
  useEffect(() => watchDevices(setDevices), []);
  return devices;
}
