import { CallError } from '@parley/client/call-error';
import type { CallEnd } from '@parley/client/call-events';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Ended } from './ended/ended.tsx';
import type { JoinRequest } from './join-request.ts';
import { Lobby } from './lobby/lobby.tsx';
import { type Meeting, startMeeting } from './meeting.ts';
import { Room } from './room/room.tsx';
import { roomOf, roomPath } from './room-link.ts';
import { Waiting } from './waiting/waiting.tsx';

type Screen =
  | { readonly name: 'lobby'; readonly joining: boolean; readonly room: string | undefined }
  | { readonly name: 'waiting'; readonly room: string }
  | { readonly name: 'room'; readonly meeting: Meeting }
  | {
      readonly name: 'ended';
      readonly joining: boolean;
      readonly end: CallEnd | CallError;
      readonly again: JoinRequest;
    };

/** The whole page: lobby, room, and what comes after. */
export function App() {
  const [screen, setScreen] = useState<Screen>(openingScreen);
  /** What to give up when the person goes elsewhere. */
  const leave = useRef<() => void>(() => undefined);

  const join = useCallback(async (request: JoinRequest) => {
    const joining = new AbortController();
    leave.current = () => joining.abort();
    setScreen((now) => ('joining' in now ? { ...now, joining: true } : now));
    let again: JoinRequest = { ...request, tracks: { camera: undefined, microphone: undefined } };
    try {
      const meeting = await startMeeting(request, joining.signal, () =>
        setScreen({ name: 'waiting', room: request.room }),
      );
      const { call } = meeting;
      if (roomOf(location) !== request.room)
        history.pushState(null, '', `${roomPath(request.room, location.search)}${location.hash}`);
      leave.current = () => call.leave();
      call.on('local-changed', (tracks) => {
        const isOn = (device: 'camera' | 'microphone') => tracks.get(device)?.enabled ?? false;
        again = { ...again, wanted: { camera: isOn('camera'), microphone: isOn('microphone') } };
      });
      call.on('closed', (end) => setScreen({ name: 'ended', joining: false, end, again }));
      setScreen({ name: 'room', meeting });
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.code !== 'aborted') setScreen({ name: 'ended', joining: false, end: error, again });
    }
  }, []);

  useEffect(() => {
    const goTo = () => {
      leave.current();
      setScreen(openingScreen());
    };
    addEventListener('popstate', goTo);
    return () => removeEventListener('popstate', goTo);
  }, []);

  useEffect(() => {
    document.title = screen.name === 'room' ? `${screen.meeting.call.roomId} · Parley` : 'Parley';
  }, [screen]);

  switch (screen.name) {
    case 'lobby':
      return <Lobby key={screen.room} room={screen.room} joining={screen.joining} onJoin={join} />;
    case 'waiting':
      return (
        <Waiting
          room={screen.room}
          onGiveUp={() => {
            leave.current();
            history.pushState(null, '', '/');
            setScreen(openingScreen());
          }}
        />
      );
    case 'room':
      return <Room meeting={screen.meeting} />;
    case 'ended':
      return (
        <Ended
          end={screen.end}
          joining={screen.joining}
          onAgain={() => join(screen.again)}
          onHome={() => {
            history.pushState(null, '', '/');
            setScreen(openingScreen());
          }}
        />
      );
    default:
      return screen satisfies never;
  }
}

function openingScreen(): Screen {
  return { name: 'lobby', joining: false, room: roomOf(location) };
}
