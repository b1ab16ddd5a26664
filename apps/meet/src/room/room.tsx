import {
  RoomAudio,
  useCall,
  useCallState,
  useChat,
  useLobby,
  useParticipants,
  useRoom,
  useStats,
  useTiles,
} from '@parley/react';
import { useState } from 'react';
import { useTexts } from '../i18n/texts.ts';
import type { Notices } from '../notices.ts';
import { PeoplePanel } from '../people/people-panel.tsx';
import { useSetting } from '../settings/setting.ts';
import { chosenDevices, lastLayout, receivedQuality, statistics } from '../settings/settings.ts';
import { SettingsDialog } from '../settings/settings-dialog.tsx';
import { ShortcutHelp } from '../shortcuts/shortcut-help.tsx';
import { Stage } from '../stage/stage.tsx';
import { CallFigures } from '../stats/call-figures.tsx';
import { Alone } from './alone.tsx';
import { Announcer } from './announcer.tsx';
import { BlockedSound } from './blocked-sound.tsx';
import { ChatPanel } from './chat-panel.tsx';
import { ControlBar } from './control-bar.tsx';
import { NoticeList } from './notice-list.tsx';
import { Reconnecting } from './reconnecting.tsx';
import css from './room.module.css';
import { RoomHeader } from './room-header.tsx';
import { useCallDevices } from './use-call-devices.ts';
import { useControls } from './use-controls.ts';
import { type Panel, useRoomKeys } from './use-room-keys.ts';
import { useWaitsAgain } from './use-waits-again.ts';
import { WaitingList } from './waiting-list.tsx';

/** The call. */
export function Room({ notices }: { notices: Notices }) {
  const call = useCall();
  const texts = useTexts();
  const { size: count } = useParticipants();
  const state = useCallState();
  const waits = useWaitsAgain();
  const { locked } = useRoom();
  const lobby = useLobby();
  const [panel, setPanel] = useState<Panel | undefined>();
  const toggle = (which: Panel) => setPanel(panel === which ? undefined : which);
  const close = () => setPanel(undefined);
  const chat = useChat(panel === 'chat');
  const quality = useSetting(receivedQuality);
  const speaker = useSetting(chosenDevices.speaker);
  const devices = useCallDevices(notices);
  const [settingsOpen, setSettingsOpen] = useState(false);
  const history = useStats(useSetting(statistics) === 'on');
  const tiles = useTiles();
  const layout = useSetting(lastLayout);
  const copyFailed = (link: string) => notices.add(texts.notices.copyFailed(link));
  const controls = useControls(notices);
  const [helpIsOpen, setHelpIsOpen] = useState(false);
  useRoomKeys(controls, toggle, () => setHelpIsOpen(true));

  return (
    <div className={css.room} data-testid="room">
      <RoomHeader
        roomId={call.roomId}
        count={count}
        locked={locked}
        layout={layout}
        onLayout={lastLayout.set}
        peopleAreOpen={panel === 'people'}
        onPeople={() => toggle('people')}
        onSettings={() => setSettingsOpen(true)}
        onCopyFailed={copyFailed}
      />
      <WaitingList guests={lobby} moderate={(request) => call.moderate(request)} />
      <CallFigures history={history} />
      <main className={css.main}>
        <div className={css.over}>
          <Reconnecting state={state} waits={waits} />
          <NoticeList notices={notices} />
        </div>
        <Stage tiles={tiles} layout={layout} history={history} />
        {count === 1 && lobby.length === 0 && state === 'connected' && (
          <Alone roomId={call.roomId} onCopyFailed={copyFailed} />
        )}
        {panel === 'chat' && <ChatPanel entries={chat.entries} onSend={chat.send} onClose={close} />}
        {panel === 'people' && <PeoplePanel onClose={close} />}
      </main>
      <Announcer />
      {helpIsOpen && <ShortcutHelp onClose={() => setHelpIsOpen(false)} />}
      <RoomAudio speaker={speaker}>
        <BlockedSound />
      </RoomAudio>
      <ControlBar
        controls={controls}
        devices={devices}
        chat={chat}
        chatIsOpen={panel === 'chat'}
        onChat={() => toggle('chat')}
        quality={quality}
        onQuality={receivedQuality.set}
      />
      {settingsOpen && (
        <SettingsDialog
          devices={devices}
          onClose={() => setSettingsOpen(false)}
          onShortcuts={() => setHelpIsOpen(true)}
        />
      )}
    </div>
  );
}
