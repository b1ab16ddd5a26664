import {
  RoomAudio,
  useCall,
  useCallState,
  useChat,
  useGrants,
  useLobby,
  useParticipants,
  useRoom,
  useStats,
  useTiles,
} from '@parley/react';
import { useState } from 'react';
import { useTexts } from '../i18n/texts.ts';
import type { Notices } from '../notices.ts';
import { useSetting } from '../settings/setting.ts';
import { chosenDevices, lastLayout, receivedQuality } from '../settings/settings.ts';
import { SettingsDialog } from '../settings/settings-dialog.tsx';
import { Stage } from '../stage/stage.tsx';
import { Alone } from './alone.tsx';
import { BlockedSound } from './blocked-sound.tsx';
import { ChatPanel } from './chat-panel.tsx';
import { ControlBar } from './control-bar.tsx';
import { NoticeList } from './notice-list.tsx';
import { Reconnecting } from './reconnecting.tsx';
import css from './room.module.css';
import { RoomHeader } from './room-header.tsx';
import { StatsLine } from './stats-line.tsx';
import { useCallDevices } from './use-call-devices.ts';
import { WaitingList } from './waiting-list.tsx';

/** The call. */
export function Room({ notices }: { notices: Notices }) {
  const call = useCall();
  const texts = useTexts();
  const { size: count } = useParticipants();
  const state = useCallState();
  const { moderate: moderates } = useGrants();
  const { locked } = useRoom();
  const lobby = useLobby();
  const [chatIsOpen, setChatIsOpen] = useState(false);
  const chat = useChat(chatIsOpen);
  const quality = useSetting(receivedQuality);
  const speaker = useSetting(chosenDevices.speaker);
  const devices = useCallDevices(notices);
  const [settingsOpen, setSettingsOpen] = useState(false);
  const [debug] = useState(() => new URLSearchParams(location.search).has('debug'));
  const stats = useStats(debug).at(-1);
  const tiles = useTiles();
  const layout = useSetting(lastLayout);
  const copyFailed = (link: string) => notices.add(texts.notices.copyFailed(link));

  return (
    <div className={css.room} data-testid="room">
      <RoomHeader
        roomId={call.roomId}
        count={count}
        locked={locked}
        onLock={moderates ? (lock) => call.moderate({ action: 'lock', locked: lock }) : undefined}
        layout={layout}
        onLayout={lastLayout.set}
        onSettings={() => setSettingsOpen(true)}
        onCopyFailed={copyFailed}
      />
      <WaitingList guests={lobby} moderate={(request) => call.moderate(request)} />
      {stats && <StatsLine stats={stats} />}
      <main className={css.main}>
        <NoticeList notices={notices} />
        <Reconnecting state={state} />
        <Stage tiles={tiles} layout={layout} stats={stats?.received} />
        {count === 1 && <Alone roomId={call.roomId} onCopyFailed={copyFailed} />}
        {chatIsOpen && (
          <ChatPanel entries={chat.entries} onSend={chat.send} onClose={() => setChatIsOpen(false)} />
        )}
      </main>
      <RoomAudio speaker={speaker}>
        <BlockedSound />
      </RoomAudio>
      <ControlBar
        notices={notices}
        devices={devices}
        chat={chat}
        chatIsOpen={chatIsOpen}
        onChat={() => setChatIsOpen(!chatIsOpen)}
        quality={quality}
        onQuality={receivedQuality.set}
      />
      {settingsOpen && <SettingsDialog devices={devices} onClose={() => setSettingsOpen(false)} />}
    </div>
  );
}
