import type { Quality } from '@parley/protocol/track';
import { type Chat, useCall, useDevices, useLocalTracks } from '@parley/react';
import type { DevicesInUse } from '../devices/device-fields.tsx';
import { DeviceMenu } from '../devices/device-menu.tsx';
import { useTexts } from '../i18n/texts.ts';
import { tell } from '../meeting.ts';
import type { Notices } from '../notices.ts';
import { DeviceToggle } from '../ui/device-toggle.tsx';
import { RoundButton } from '../ui/round-button.tsx';
import css from './control-bar.module.css';
import { MutedSpeech } from './muted-speech.tsx';
import { QualityMenu } from './quality-menu.tsx';

export interface ControlBarProps {
  notices: Notices;
  devices: DevicesInUse;
  chat: Chat;
  chatIsOpen: boolean;
  onChat: () => void;
  quality: Quality;
  onQuality: (quality: Quality) => void;
}

/** Phones cannot share their screen from a web page. */
const CAN_SHARE = 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices;

/** What one can do in the call. */
export function ControlBar(props: ControlBarProps) {
  const { notices, devices, chat, chatIsOpen, onChat, quality, onQuality } = props;
  const call = useCall();
  const texts = useTexts();
  const localTracks = useLocalTracks();
  const { cameras, microphones } = useDevices();
  const microphoneOn = localTracks.get('microphone')?.enabled ?? false;
  const cameraOn = localTracks.get('camera')?.enabled ?? false;
  const sharing = localTracks.get('screen')?.enabled ?? false;
  const unread = chat.unread > 0 ? chat.unread : undefined;
  return (
    <footer className={css.bar}>
      <MutedSpeech />
      <div className={css.device}>
        <DeviceToggle
          device="microphone"
          on={microphoneOn}
          onToggle={() => tell(notices, call.setMicrophoneEnabled(!microphoneOn))}
        />
        <DeviceMenu
          kind="microphone"
          devices={microphones}
          value={devices.microphone}
          onChange={(deviceId) => devices.choose('microphone', deviceId)}
        />
      </div>
      <div className={css.device}>
        <DeviceToggle
          device="camera"
          on={cameraOn}
          onToggle={() => tell(notices, call.setCameraEnabled(!cameraOn))}
        />
        <DeviceMenu
          kind="camera"
          devices={cameras}
          value={devices.camera}
          onChange={(deviceId) => devices.choose('camera', deviceId)}
        />
      </div>
      {CAN_SHARE && (
        <RoundButton
          icon={sharing ? 'screen-off' : 'screen'}
          label={sharing ? texts.room.stopScreen : texts.room.shareScreen}
          tone={sharing ? 'active' : 'plain'}
          onClick={() => tell(notices, sharing ? call.stopScreenShare() : call.startScreenShare())}
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
