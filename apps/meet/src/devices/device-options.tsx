import type { MediaDevice } from '@parley/client/devices';

export interface DeviceOptionsProps {
  devices: readonly MediaDevice[];
  /** What a device without a name is called. */
  numbered: (number: number) => string;
}

/** The entries of a menu of devices. */
export function DeviceOptions({ devices, numbered }: DeviceOptionsProps) {
  return devices.map(({ deviceId, label }, index) => (
    <option key={deviceId} value={deviceId}>
      {label ?? numbered(index + 1)}
    </option>
  ));
}
