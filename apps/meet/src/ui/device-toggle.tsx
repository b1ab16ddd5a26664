import { type Texts, useTexts } from '../i18n/texts.ts';
import { RoundButton } from './round-button.tsx';

export interface DeviceToggleProps {
  device: 'camera' | 'microphone';
  on: boolean;
  busy?: boolean;
  onToggle: () => void;
}

/** Switches the camera or the microphone, in the lobby and in the call. */
export function DeviceToggle({ device, on, busy = false, onToggle }: DeviceToggleProps) {
  const texts = useTexts().devices;
  return (
    <RoundButton
      icon={on ? device : `${device}-off`}
      label={label(texts, device, on)}
      tone={on ? 'plain' : 'off'}
      disabled={busy}
      onClick={onToggle}
      testId={device === 'camera' ? 'toggle-camera' : 'toggle-mic'}
    />
  );
}

function label(texts: Texts['devices'], device: 'camera' | 'microphone', on: boolean): string {
  if (device === 'camera') return on ? texts.cameraOff : texts.cameraOn;
  return on ? texts.mute : texts.unmute;
}
