import type { Quality } from '@parley/protocol/track';
import { type Chat, useCall, useDevices } from '@parley/react';
import type { DevicesInUse } from '../devices/device-fields.tsx';
import { DeviceMenu } from '../devices/device-menu.tsx';
import { useTexts } from '../i18n/texts.ts';
import { DeviceToggle } from '../ui/device-toggle.tsx';
import { RoundButton } from '../ui/round-button.tsx';
import css from './control-bar.module.css';
import { MutedSpeech } from './muted-speech.tsx';
import { QualityMenu } from './quality-menu.tsx';
import { CAN_SHARE, type Controls } from './use-controls.ts';

export interface ControlBarProps {
  controls: Controls;
  devices: DevicesInUse;
  chat: Chat;
  chatIsOpen: boolean;
  onChat: () => void;
  quality: Quality;
  onQuality: (quality: Quality) => void;
}

/** What one can do in the call. */
export function ControlBar(props: ControlBarProps) {
  const { controls, devices, chat, chatIsOpen, onChat, quality, onQuality } = props;
  const call = useCall();
  const texts = useTexts();
  const { microphone, camera, screen } = controls;
  const { cameras, microphones } = useDevices();
  const unread = chat.unread > 0 ? chat.unread : undefined;
  return (
    <footer className={css.bar}>
      <MutedSpeech />
      <div className={css.device}>
        <DeviceToggle device="microphone" on={microphone.on} onToggle={microphone.toggle} />
        <DeviceMenu
          kind="microphone"
          devices={microphones}
          value={devices.microphone}
          onChange={(deviceId) => devices.choose('microphone', deviceId)}
        />
      </div>
      <div className={css.device}>
        <DeviceToggle device="camera" on={camera.on} onToggle={camera.toggle} />
        <DeviceMenu
          kind="camera"
          devices={cameras}
          value={devices.camera}
          onChange={(deviceId) => devices.choose('camera', deviceId)}
        />
      </div>
      {CAN_SHARE && (
        <RoundButton
          icon={screen.on ? 'screen-off' : 'screen'}
          label={screen.on ? texts.room.stopScreen : texts.room.shareScreen}
          tone={screen.on ? 'active' : 'plain'}
          onClick={screen.toggle}
          testId="toggle-screen"
        />
      )}
      <QualityMenu quality={quality} onChange={onQuality} />
      <RoundButton
        icon="chat"
        label={unread === undefined ? texts.chat.title : texts.chat.unread(unread)}
        pressed={chatIsOpen}
        tone={chatIsOpen ? 'active' : 'plain'}
        onClick={onChat}
        testId="toggle-chat"
        badge={unread}
      />
      <RoundButton
        icon="leave"
        label={texts.room.leave}
        tone="danger"
        onClick={() => call.leave()}
        testId="leave"
      />
    </footer>
  );
}
