import { ParleyProvider, RoomAudio, useCall, useConnect, useTiles, VideoTrack } from '@parley/react';
import { createRoot } from 'react-dom/client';

function Meeting() {
  const { connection, join } = useConnect();
  const start = async () => {
    const call = await join('https://meet.example.com', { room: 'stand-up', name: 'Grace' });
    await Promise.all([call?.setCameraEnabled(true), call?.setMicrophoneEnabled(true)]);
  };
  switch (connection.state) {
    case 'joined':
      return (
        <ParleyProvider call={connection.call}>
          <Room />
          <RoomAudio>Click anywhere to hear the others.</RoomAudio>
        </ParleyProvider>
      );
    case 'waiting':
      return <p>Somebody will let you in.</p>;
    case 'ended':
      return <p>{connection.end instanceof Error ? connection.end.message : 'The call is over.'}</p>;
    default:
      return (
        <button type="button" disabled={connection.state === 'joining'} onClick={start}>
          Join
        </button>
      );
  }
}

function Room() {
  const call = useCall();
  const tiles = useTiles();
  return (
    <>
      {tiles.map(({ key, name, video }) => (
        <figure key={key}>
          {video && <VideoTrack track={video} />}
          <figcaption>{name}</figcaption>
        </figure>
      ))}
      <button type="button" onClick={() => call.leave()}>
        Leave
      </button>
    </>
  );
}

const root = document.getElementById('root');
if (root) createRoot(root).render(<Meeting />);
