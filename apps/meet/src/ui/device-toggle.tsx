import { RoundButton } from './round-button.tsx';

export interface DeviceToggleProps {
  device: 'camera' | 'microphone';
  on: boolean;
  busy?: boolean;
  onToggle: () => void;
}

/** Switches the camera or the microphone, in the lobby and in the call. */
export function DeviceToggle({ device, on, busy = false, onToggle }: DeviceToggleProps) {
  return (
    <RoundButton
      icon={on ? device : `${device}-off`}
      label={label(device, on)}
      tone={on ? 'plain' : 'off'}
      disabled={busy}
      onClick={onToggle}
      testId={device === 'camera' ? 'toggle-camera' : 'toggle-mic'}
    />
  );
}

function label(device: 'camera' | 'microphone', on: boolean): string {
  if (device === 'camera') return on ? 'Turn the camera off' : 'Turn the camera on';
  return on ? 'Mute the microphone' : 'Unmute the microphone';
}
