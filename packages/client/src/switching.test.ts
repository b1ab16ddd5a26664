import type { Source } from '@parley/protocol/grants';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { captureMicrophone } from './capture.ts';
import { FakeDevices } from './testing/fake-devices.ts';
import { FakeTrack } from './testing/fake-media.ts';
import { FakePeerConnection } from './testing/fake-peer-connection.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { type FakeRoom, joinFakeRoom, relayed, settle, stubBrowser } from './testing/join-fake-room.ts';

let devices: FakeDevices;
beforeEach(() => {
  stubBrowser();
  devices = new FakeDevices('camera-1', 'camera-2', 'microphone-1', 'microphone-2');
  vi.stubGlobal('navigator', { mediaDevices: devices });
});
afterEach(() => vi.unstubAllGlobals());

const tracksOf: Record<'camera' | 'microphone', string> = { camera: 'video', microphone: 'audio' };

function answer({ socket }: FakeRoom): void {
  for (const message of socket.sent()) {
    if (message.type !== 'offer' && message.type !== 'start-screen-share') continue;
    socket.receive({
      type: 'answer',
      roomId: 'room',
      offerId: FakeSocket.offerId,
      requestType: message.type,
      sdp: message.sdp.replaceAll('sendonly', 'recvonly'),
      tracks: (message.tracks ?? []).map(({ mid, source }) => ({ mid, trackId: `my-${source}`, source })),
    });
  }
}

async function joined(...sources: ('camera' | 'microphone')[]): Promise<FakeRoom> {
  const room = await joinFakeRoom();
  const done = Promise.all(
    sources.map((source) =>
      source === 'camera' ? room.call.setCameraEnabled(true) : room.call.setMicrophoneEnabled(true),
    ),
  );
  await settle();
  answer(room);
  await done;
  room.socket.sent();
  return room;
}

/** What is sent as a source, by the device's id. */
function sent(room: FakeRoom, source: 'camera' | 'microphone', connection = room.publisher) {
  const kind = tracksOf[source];
  const track = connection.getTransceivers().find(({ sender }) => sender.track?.kind === kind)?.sender.track;
  return track ? `${track.deviceId}${track.enabled ? '' : ' muted'}` : undefined;
}
const changes = ({ heard }: FakeRoom) =>
  heard.flatMap(({ name, event }) => (name === 'device-changed' ? [event] : []));

describe('switching', () => {
  it('sends the other camera without a word to anybody', async () => {
    const room = await joined('camera');
    await room.call.switchDevice('camera', 'camera-2');
    expect(sent(room, 'camera')).toBe('camera-2');
    expect(room.socket.sent()).toEqual([]);
    expect(devices.captured.map(({ readyState }) => readyState)).toEqual(['ended', 'live']);
    expect(changes(room)).toEqual([
      { device: 'camera', deviceId: 'camera-2', label: 'camera-2', reason: 'chosen' },
    ]);
  });

  it('keeps a microphone muted', async () => {
    const room = await joined('microphone');
    await room.call.setMicrophoneEnabled(false);
    room.socket.sent();
    await room.call.switchDevice('microphone', 'microphone-2');
    expect(sent(room, 'microphone')).toBe('microphone-2 muted');
    expect(room.call.localTracks.get('microphone')?.enabled).toBe(false);
    expect(room.socket.sent()).toEqual([]);
  });

  it('remembers the choice for a camera that is off, through off and on, and a new session', async () => {
    const room = await joined();
    await room.call.switchDevice('camera', 'camera-2');
    expect(devices.captured).toEqual([]);
    expect(room.call.devices.camera).toEqual({ deviceId: 'camera-2' });
    const on = room.call.setCameraEnabled(true);
    await settle();
    answer(room);
    await on;
    expect(sent(room, 'camera')).toBe('camera-2');
    await room.call.setCameraEnabled(false);
    await room.call.setCameraEnabled(true);
    expect(sent(room, 'camera')).toBe('camera-2');
    room.socket.receive(relayed(2));
    await settle();
    expect(sent(room, 'camera', FakePeerConnection.all[2])).toBe('camera-2');
  });

  it('remembers the device of a track that was captured before the call', async () => {
    const room = await joined();
    const microphone = await captureMicrophone({ deviceId: 'microphone-2' });
    const publishing = room.call.publish('microphone', microphone);
    await settle();
    answer(room);
    await publishing;
    expect(room.call.devices).toEqual({ camera: {}, microphone: { deviceId: 'microphone-2' } });
  });

  it('ends with the last of many quick choices', async () => {
    const room = await joined('camera');
    await Promise.all(['camera-2', 'camera-1', 'camera-2'].map((id) => room.call.switchDevice('camera', id)));
    expect(sent(room, 'camera')).toBe('camera-2');
    expect(devices.captured.filter(({ readyState }) => readyState === 'live')).toHaveLength(1);
  });

  it('keeps the device before when the other one is refused', async () => {
    const room = await joined('camera');
    devices.refusal = new DOMException('no', 'NotAllowedError');
    await expect(room.call.switchDevice('camera', 'camera-2')).rejects.toMatchObject({
      code: 'permission_denied',
    });
    expect(sent(room, 'camera')).toBe('camera-1');
    expect(room.call.devices.camera).toEqual({ deviceId: 'camera-1' });
  });

  it('closes the one first on phones that open one camera at a time', async () => {
    const room = await joined('camera');
    devices.oneAtATime = true;
    await room.call.switchDevice('camera', 'camera-2');
    expect(sent(room, 'camera')).toBe('camera-2');
    devices.refusal = new DOMException('busy', 'NotReadableError');
    await expect(room.call.switchDevice('camera', 'camera-1')).rejects.toMatchObject({
      code: 'device_in_use',
    });
    expect(sent(room, 'camera')).toBeUndefined();
    expect(room.call.localTracks.get('camera')).toEqual({ track: undefined, enabled: false });
    expect(room.socket.sent(), 'the others know').toMatchObject([{ type: 'mute', muted: true }]);
  });

  it('brings nothing back that was turned off meanwhile', async () => {
    const room = await joined('camera');
    await Promise.all([room.call.switchDevice('camera', 'camera-2'), room.call.setCameraEnabled(false)]);
    expect(devices.captured.filter(({ readyState }) => readyState === 'live')).toEqual([]);
    expect(room.call.localTracks.get('camera')?.track).toBeUndefined();
  });
});

describe('a device that is pulled out', () => {
  it('is replaced by another of the kind, without a word to anybody', async () => {
    const room = await joined('camera');
    devices.pullOut('camera-1');
    await settle();
    expect(sent(room, 'camera')).toBe('camera-2');
    expect(changes(room)).toMatchObject([{ device: 'camera', deviceId: 'camera-2', reason: 'lost' }]);
    expect(room.socket.sent()).toEqual([]);
    expect(room.heard.some(({ name }) => name === 'error')).toBe(false);
  });

  it('is replaced once a muted microphone is turned on again', async () => {
    const room = await joined('microphone');
    await room.call.setMicrophoneEnabled(false);
    devices.pullOut('microphone-1');
    await settle();
    expect(sent(room, 'microphone')).toBeUndefined();
    await room.call.setMicrophoneEnabled(true);
    expect(sent(room, 'microphone')).toBe('microphone-2');
  });

  it('is off, and told, where there is no other', async () => {
    const room = await joined('camera');
    devices.pullOut('camera-2');
    devices.pullOut('camera-1');
    await settle();
    const { name, event } = room.heard.findLast(({ name }) => name === 'error') ?? {};
    expect([name, event]).toEqual(['error', expect.objectContaining({ code: 'device_lost' })]);
    expect(room.socket.sent()).toEqual([{ type: 'mute', trackId: 'my-camera', muted: true }]);
    expect(room.call.localTracks.get('camera')).toEqual({ track: undefined, enabled: false });
  });

  it('does not take back the choice of another one that was made just before', async () => {
    const room = await joined('camera');
    devices.plugIn('camera-3');
    const switching = room.call.switchDevice('camera', 'camera-3');
    devices.pullOut('camera-1');
    await switching;
    await settle();
    expect(sent(room, 'camera')).toBe('camera-3');
    expect(devices.captured.filter(({ readyState }) => readyState === 'live')).toHaveLength(1);
  });

  it('is forgotten, so that it is not asked for once more', async () => {
    const room = await joined('microphone');
    await room.call.switchDevice('microphone', 'microphone-2');
    await room.call.setMicrophoneEnabled(false);
    devices.pullOut('microphone-2');
    await settle();
    expect(room.call.devices.microphone).toEqual({});
  });

  it('starts no camera in place of a track that was over before it was published', async () => {
    const room = await joined();
    const [camera, screen] = [new FakeTrack('video'), new FakeTrack('video')];
    for (const track of [camera, screen]) track.stop();
    const code = { code: 'capture_failed' };
    await expect(room.call.publish('camera', camera.asTrack())).rejects.toMatchObject(code);
    await expect(room.call.publish('screen', screen.asTrack())).rejects.toMatchObject(code);
    expect(devices.captured).toEqual([]);
    expect(room.call.localTracks.size).toBe(0);
  });

  it('starts no camera in place of a track that the application made', async () => {
    const room = await joined();
    const own = new FakeTrack('video');
    const publishing = room.call.publish('camera', own.asTrack());
    await settle();
    answer(room);
    await publishing;
    own.vanish();
    await settle();
    expect(devices.captured).toEqual([]);
  });
});

describe('a screen of the application’s own', () => {
  const types = ({ socket }: FakeRoom) => socket.sent().map(({ type }) => type);
  const publish = async (room: FakeRoom, source: Source, track: FakeTrack) => {
    const publishing = room.call.publish(source, track.asTrack());
    await settle();
    answer(room);
    await publishing;
  };

  it('is published, replaced without a negotiation, and stopped with its sound', async () => {
    const room = await joined();
    const [first, second, sound] = [new FakeTrack('video'), new FakeTrack('video'), new FakeTrack('audio')];
    await publish(room, 'screen', first);
    expect(first.contentHint).toBe('detail');
    await publish(room, 'screen-audio', sound);
    room.socket.sent();
    second.contentHint = 'motion';
    await room.call.publish('screen', second.asTrack());
    expect(types(room)).toEqual([]);
    expect([first.readyState, second.readyState, second.contentHint]).toEqual(['ended', 'live', 'motion']);
    expect(room.publisher.getTransceivers()[0]?.sender.track).toBe(second);
    const stopping = room.call.stopScreenShare();
    await settle();
    answer(room);
    await stopping;
    expect([second.readyState, sound.readyState]).toEqual(['ended', 'ended']);
    expect(room.call.participants.get('me')?.tracks).toEqual([]);
  });

  it('ends with its track, and its sound with its own', async () => {
    const room = await joined();
    const [screen, sound] = [new FakeTrack('video'), new FakeTrack('audio')];
    await publish(room, 'screen', screen);
    await publish(room, 'screen-audio', sound);
    sound.vanish();
    await settle();
    answer(room);
    const own = () => room.call.participants.get('me')?.tracks.map(({ source }) => source);
    expect(own()).toEqual(['screen']);
    await settle();
    screen.vanish();
    await settle();
    expect(own()).toEqual([]);
  });

  it('loses the sound of the screen before where it has none', async () => {
    const room = await joined();
    const share = async (sound: boolean) => {
      const sharing = room.call.startScreenShare({ sound, content: 'motion' });
      await settle();
      answer(room);
      await settle();
      answer(room);
      await sharing;
    };
    await share(true);
    const sound = room.call.localTracks.get('screen-audio')?.track;
    await share(false);
    expect(sound?.readyState).toBe('ended');
    expect(room.call.participants.get('me')?.tracks.map(({ source }) => source)).toEqual(['screen']);
    expect(room.call.localTracks.get('screen')?.track?.contentHint).toBe('motion');
  });
});
