import type { CallError } from '@parley/client/call-error';
import type { CallEnd } from '@parley/client/call-events';
import { ParleyProvider, useConnect } from '@parley/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Ended } from './ended/ended.tsx';
import type { JoinRequest } from './join-request.ts';
import { Lobby } from './lobby/lobby.tsx';
import { beginMeeting } from './meeting.ts';
import { Notices } from './notices.ts';
import { Room } from './room/room.tsx';
import { roomOf, roomPath, tokenOf } from './room-link.ts';
import { Waiting } from './waiting/waiting.tsx';

/** The whole page: lobby, room, and what comes after. */
export function App() {
  const { connection, join: connect, reset } = useConnect();
  const [linked, setLinked] = useState(() => roomOf(location));
  const [notices, setNotices] = useState(() => new Notices());
  const [toldOfRecording, setTold] = useState<string>();
  /** To join once more as the last time. */
  const again = useRef<JoinRequest>(undefined);

  const join = useCallback(
    async (request: JoinRequest) => {
      const { room, name, tracks } = request;
      const told = new Notices();
      setNotices(told);
      setTold(request.toldOfRecording);
      again.current = { ...request, tracks: { camera: undefined, microphone: undefined } };
      const token = tokenOf(location);
      const call = await connect(location.origin, { room, name, ...(token && { token }) });
      if (call === undefined) {
        tracks.camera?.stop();
        tracks.microphone?.stop();
        return;
      }
      if (roomOf(location) !== room)
        history.pushState(null, '', `${roomPath(room, location.search)}${location.hash}`);
      call.on('local-changed', (local) => {
        const isOn = (device: 'camera' | 'microphone') => local.get(device)?.enabled ?? false;
        const wanted = { camera: isOn('camera'), microphone: isOn('microphone') };
        if (again.current) again.current = { ...again.current, wanted };
      });
      beginMeeting(call, told, request);
    },
    [connect],
  );

  const goToLobby = useCallback(() => {
    reset();
    setLinked(roomOf(location));
  }, [reset]);
  const goHome = () => {
    history.pushState(null, '', '/');
    goToLobby();
  };

  useEffect(() => {
    addEventListener('popstate', goToLobby);
    return () => removeEventListener('popstate', goToLobby);
  }, [goToLobby]);

  const roomId = connection.state === 'joined' ? connection.call.roomId : undefined;
  useEffect(() => {
    document.title = roomId === undefined ? 'Parley' : `${roomId} · Parley`;
  }, [roomId]);

  const ended = (end: CallEnd | CallError, joining: boolean) => (
    <Ended
      end={end}
      joining={joining}
      onAgain={() => again.current && void join(again.current)}
      onHome={goHome}
    />
  );
  const lobby = (joining: boolean) => <Lobby key={linked} room={linked} joining={joining} onJoin={join} />;
  switch (connection.state) {
    case 'idle':
      return lobby(false);
    case 'joining':
      return connection.last === undefined ? lobby(true) : ended(connection.last, true);
    case 'waiting':
      return <Waiting room={again.current?.room ?? ''} onGiveUp={goHome} />;
    case 'joined':
      return (
        <ParleyProvider call={connection.call}>
          <Room notices={notices} toldOfRecording={toldOfRecording} />
        </ParleyProvider>
      );
    case 'ended':
      return ended(connection.end, false);
    default:
      return connection satisfies never;
  }
}
