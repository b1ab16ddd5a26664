import type { Quality } from '@parley/protocol/track';
import { type Chat, useCall } from '@parley/react';
import { useTexts } from '../i18n/texts.ts';
import { DeviceToggle } from '../ui/device-toggle.tsx';
import { RoundButton } from '../ui/round-button.tsx';
import css from './control-bar.module.css';
import { QualityMenu } from './quality-menu.tsx';
import { CAN_SHARE, type Controls } from './use-controls.ts';

export interface ControlBarProps {
  controls: Controls;
  chat: Chat;
  chatIsOpen: boolean;
  onChat: () => void;
  quality: Quality;
  onQuality: (quality: Quality) => void;
}

/** What one can do in the call. */
export function ControlBar({ controls, chat, chatIsOpen, onChat, quality, onQuality }: ControlBarProps) {
  const call = useCall();
  const texts = useTexts();
  const { microphone, camera, screen } = controls;
  const unread = chat.unread > 0 ? chat.unread : undefined;
  return (
    <footer className={css.bar}>
      <DeviceToggle device="microphone" on={microphone.on} onToggle={microphone.toggle} />
      <DeviceToggle device="camera" on={camera.on} onToggle={camera.toggle} />
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
