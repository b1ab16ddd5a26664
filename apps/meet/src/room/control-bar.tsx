import type { Quality } from '@parley/protocol/track';
import { type Chat, useCall, useLocalTracks } from '@parley/react';
import { useTexts } from '../i18n/texts.ts';
import { tell } from '../meeting.ts';
import type { Notices } from '../notices.ts';
import { DeviceToggle } from '../ui/device-toggle.tsx';
import { RoundButton } from '../ui/round-button.tsx';
import css from './control-bar.module.css';
import { QualityMenu } from './quality-menu.tsx';

export interface ControlBarProps {
  notices: Notices;
  chat: Chat;
  chatIsOpen: boolean;
  onChat: () => void;
  quality: Quality;
  onQuality: (quality: Quality) => void;
}

/** Phones cannot share their screen from a web page. */
const CAN_SHARE = 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices;

/** What one can do in the call. */
export function ControlBar({ notices, chat, chatIsOpen, onChat, quality, onQuality }: ControlBarProps) {
  const call = useCall();
  const texts = useTexts();
  const localTracks = useLocalTracks();
  const microphoneOn = localTracks.get('microphone')?.enabled ?? false;
  const cameraOn = localTracks.get('camera')?.enabled ?? false;
  const sharing = localTracks.get('screen')?.enabled ?? false;
  const unread = chat.unread > 0 ? chat.unread : undefined;
  return (
    <footer className={css.bar}>
      <DeviceToggle
        device="microphone"
        on={microphoneOn}
        onToggle={() => tell(notices, call.setMicrophoneEnabled(!microphoneOn))}
      />
      <DeviceToggle
        device="camera"
        on={cameraOn}
        onToggle={() => tell(notices, call.setCameraEnabled(!cameraOn))}
      />
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
