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
import { PeoplePanel } from '../people/people-panel.tsx';
import { RecordingDialog } from '../recording/recording-dialog.tsx';
import { RecordingNotice } from '../recording/recording-notice.tsx';
import { useMeetingRecording } from '../recording/use-meeting-recording.ts';
import { RecordingServer } from '../recordings/server.ts';
import { tokenOf } from '../room-link.ts';
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

export interface RoomProps {
  notices: Notices;
  /** The recording that the person was told of in the lobby. */
  toldOfRecording: string | undefined;
}

/** The call. */
export function Room({ notices, toldOfRecording }: RoomProps) {
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
  const recording = useMeetingRecording(notices, toldOfRecording);
  const { record: mayRecord } = useGrants();
  const [server] = useState(() => new RecordingServer(tokenOf(location)));
  const [recordingOpen, setRecordingOpen] = useState(false);
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
        recordedSince={recording.since}
        onRecording={mayRecord ? () => setRecordingOpen(true) : undefined}
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
          <RecordingNotice untold={recording.untold} onStay={recording.told} onLeave={() => call.leave()} />
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
      {recordingOpen && (
        <RecordingDialog
          room={call.roomId}
          server={server}
          recording={recording}
          onClose={() => setRecordingOpen(false)}
        />
      )}
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
