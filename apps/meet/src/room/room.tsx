import type { Quality } from '@parley/protocol/track';
import { useMemo, useState } from 'react';
import type { Meeting } from '../meeting.ts';
import { ChatPanel } from './chat-panel.tsx';
import { ControlBar } from './control-bar.tsx';
import { NoticeList } from './notice-list.tsx';
import { Reconnecting } from './reconnecting.tsx';
import { RemoteAudio } from './remote-audio.tsx';
import css from './room.module.css';
import { RoomHeader } from './room-header.tsx';
import { Stage } from './stage.tsx';
import { StatsLine } from './stats-line.tsx';
import { Moderated } from './tile-actions.tsx';
import { tilesOf } from './tiles.ts';
import {
  useCallState,
  useLobby,
  useLocalTracks,
  useModerates,
  useRemoteTracks,
  useRoomSettings,
  useRoster,
} from './use-call.ts';
import { useChat } from './use-chat.ts';
import { useStats } from './use-stats.ts';
import { WaitingList } from './waiting-list.tsx';

/** The call. */
export function Room({ meeting }: { meeting: Meeting }) {
  const { call, notices } = meeting;
  const roster = useRoster(call);
  const localTracks = useLocalTracks(call);
  const remoteTracks = useRemoteTracks(call);
  const state = useCallState(call);
  const moderates = useModerates(call);
  const { locked } = useRoomSettings(call);
  const lobby = useLobby(call);
  const chat = useChat(call);
  const [quality, setQuality] = useState<Quality>('auto');
  const [debug] = useState(() => new URLSearchParams(location.search).has('debug'));
  const stats = useStats(call, debug);
  const tiles = useMemo(
    () => tilesOf(roster, remoteTracks, localTracks),
    [roster, remoteTracks, localTracks],
  );

  return (
    <div className={css.room} data-testid="room">
      <RoomHeader
        roomId={call.roomId}
        count={roster.size}
        locked={locked}
        onLock={moderates ? (lock) => call.moderate({ action: 'lock', locked: lock }) : undefined}
        onCopyFailed={(link) => notices.add(`The browser does not copy it. The link is ${link}`)}
      />
      <WaitingList guests={lobby} moderate={(request) => call.moderate(request)} />
      {stats && <StatsLine stats={stats} />}
      {roster.size === 1 && (
        <p className={css.alone}>
          Nobody else is here yet. Copy the link and send it to those you want to meet.
        </p>
      )}
      <main className={css.main}>
        <NoticeList notices={notices} />
        <Reconnecting state={state} />
        <Moderated value={moderates ? call : undefined}>
          <Stage tiles={tiles} stats={stats?.now.received} />
        </Moderated>
        {chat.isOpen && (
          <ChatPanel entries={chat.entries} onSend={(text) => call.sendChat(text)} onClose={chat.toggle} />
        )}
      </main>
      <RemoteAudio tracks={remoteTracks} />
      <ControlBar
        meeting={meeting}
        localTracks={localTracks}
        chat={chat}
        quality={quality}
        onQuality={(wish) => {
          setQuality(wish);
          call.updateQuality(wish);
        }}
      />
    </div>
  );
}
