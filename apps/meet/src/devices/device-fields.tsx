import { canChooseSpeaker } from '@parley/client/devices';
import { type PreviewDevice, useDevices } from '@parley/react';
import { useSetting } from '../settings/setting.ts';
import { chosenDevices } from '../settings/settings.ts';
import css from './device-fields.module.css';
import { DeviceSelect } from './device-select.tsx';
import { LevelMeter } from './level-meter.tsx';
import { TestSound } from './test-sound.tsx';

/** The camera and microphone that are used: the preview's before the call, the call's in it. */
export interface DevicesInUse {
  /** Ids; empty where nothing was chosen and nothing runs. */
  readonly camera: string;
  readonly microphone: string;
  /** What the level is shown of. */
  readonly microphoneTrack: MediaStreamTrack | undefined;
  choose(device: PreviewDevice, deviceId: string): void;
}

/** Menus of camera, microphone and loudspeaker, with what it takes to see that they work. */
export function DeviceFields({ inUse, disabled = false }: { inUse: DevicesInUse; disabled?: boolean }) {
  const { cameras, microphones, speakers } = useDevices();
  const speaker = useSetting(chosenDevices.speaker);
  const choose = (device: PreviewDevice) => (deviceId: string) => inUse.choose(device, deviceId);
  return (
    <div className={css.fields}>
      <DeviceSelect
        kind="camera"
        devices={cameras}
        value={inUse.camera}
        onChange={choose('camera')}
        disabled={disabled}
      />
      <div className={css.microphone}>
        <DeviceSelect
          kind="microphone"
          devices={microphones}
          value={inUse.microphone}
          onChange={choose('microphone')}
          disabled={disabled}
        />
        <LevelMeter track={inUse.microphoneTrack} />
      </div>
      {canChooseSpeaker() ? (
        <DeviceSelect kind="speaker" devices={speakers} value={speaker} onChange={chosenDevices.speaker.set}>
          <TestSound speaker={speaker} />
        </DeviceSelect>
      ) : (
        <TestSound speaker="" />
      )}
    </div>
  );
}
