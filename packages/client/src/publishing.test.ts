import type { ErrorCode } from '@parley/protocol/errors';
import type { Source } from '@parley/protocol/grants';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANSWER_TIMEOUT } from './answer-turn.ts';
import { RESTATE } from './mute-teller.ts';
import { FakeStream, FakeTrack } from './testing/fake-media.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { type FakeRoom, joinFakeRoom, relayed, settle, stubBrowser } from './testing/join-fake-room.ts';

beforeEach(stubBrowser);
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const roomId = 'room';
const answer = (
  { socket }: FakeRoom,
  sdp: string,
  tracks: [mid: string, source: Source][],
  requestType: 'offer' | 'start-screen-share' = 'offer',
  offerId = FakeSocket.offerId,
) =>
  socket.receive({
    type: 'answer',
    roomId,
    offerId,
    requestType,
    sdp,
    tracks: tracks.map(([mid, source]) => ({ mid, trackId: `my-${source}`, source })),
  });
/** Says why an offer, or an m-line of it, is refused. */
const refuse = ({ socket }: FakeRoom, code: ErrorCode, offerId = FakeSocket.offerId) =>
  socket.receive({ type: 'error', code, message: 'No.', requestType: 'offer', offerId });
const ownTracks = ({ call }: FakeRoom) =>
  call.participants.get('me')?.tracks.map(({ trackId, muted }) => `${trackId}${muted ? ' muted' : ''}`);

async function withCamera(options: Parameters<typeof joinFakeRoom>[2] = {}): Promise<FakeRoom> {
  const room = await joinFakeRoom({}, relayed(1), options);
  const done = room.call.setCameraEnabled(true);
  await settle();
  answer(room, '0:recvonly', [['0', 'camera']]);
  await done;
  room.socket.sent();
  return room;
}

describe('publishing', () => {
  it('puts camera and microphone into one offer', async () => {
    const room = await joinFakeRoom();
    const done = Promise.all([
      room.call.publish('camera', new FakeTrack('video').asTrack()),
      room.call.publish('microphone', new FakeTrack('audio').asTrack()),
    ]);
    await settle();
    expect(room.socket.sent()).toEqual([
      {
        type: 'offer',
        session: 1,
        offerId: '1',
        sdp: '0:sendonly 1:sendonly',
        tracks: [
          { mid: '0', source: 'camera' },
          { mid: '1', source: 'microphone' },
        ],
      },
    ]);
    answer(room, '0:recvonly 1:recvonly', [
      ['0', 'camera'],
      ['1', 'microphone'],
    ]);
    await done;
    expect(ownTracks(room)).toEqual(['my-camera', 'my-microphone']);
  });

  it('tells whoever published that the server refuses, and can try again', async () => {
    const room = await joinFakeRoom();
    const first = room.call.setCameraEnabled(true);
    await settle();
    refuse(room, 'publish_not_allowed');
    await expect(first).rejects.toMatchObject({ code: 'publish_not_allowed' });
    expect(room.publisher.signalingState).toBe('stable');
    expect(room.call.localTracks.get('camera')).toEqual({ track: undefined, enabled: false });
    expect(room.heard.some(({ name }) => name === 'error')).toBe(false);
    room.socket.sent();

    const second = room.call.setCameraEnabled(true);
    await settle();
    expect(room.socket.sent()).toMatchObject([{ type: 'offer', sdp: '0:sendonly' }]);
    answer(room, '0:recvonly', [['0', 'camera']]);
    await second;
  });

  it('gives up an offer that is never answered, and can publish afterwards', async () => {
    vi.useFakeTimers();
    const room = await joinFakeRoom();
    const first = room.call.publish('camera', new FakeTrack('video').asTrack());
    first.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(ANSWER_TIMEOUT + 1);
    await expect(first).rejects.toMatchObject({
      code: 'negotiation_failed',
      message: expect.stringContaining('does not answer'),
    });
    expect(room.publisher.signalingState).toBe('stable');
    room.socket.sent();

    const second = room.call.publish('microphone', new FakeTrack('audio').asTrack());
    await vi.advanceTimersByTimeAsync(10);
    expect(room.socket.sent()).toMatchObject([{ type: 'offer', tracks: [{ source: 'microphone' }] }]);
    // First comes what the server makes of the offer that was given up.
    answer(room, 'bad', [['0', 'camera']], 'offer', '1');
    answer(room, '0:recvonly', [['0', 'microphone']]);
    await vi.advanceTimersByTimeAsync(10);
    await second;
    expect(ownTracks(room)).toEqual(['my-microphone']);
  });

  it('fails for a rejected m-line only', async () => {
    const room = await joinFakeRoom();
    const camera = room.call.publish('camera', new FakeTrack('video').asTrack());
    const microphone = room.call.publish('microphone', new FakeTrack('audio').asTrack());
    camera.catch(() => undefined);
    await settle();
    answer(room, '0:stopped 1:recvonly', [['1', 'microphone']]);
    await expect(camera).rejects.toMatchObject({ code: 'codec_unsupported' });
    await microphone;
    expect(ownTracks(room)).toEqual(['my-microphone']);
  });

  it.each([
    ['at once', false],
    ['later', true],
  ])('tells once why an m-line was rejected, if the server says so %s', async (_, later) => {
    const room = await joinFakeRoom();
    const camera = room.call.publish('camera', new FakeTrack('video').asTrack());
    camera.catch(() => undefined);
    await settle();
    answer(room, '0:stopped', []);
    if (later) await settle();
    // As between two messages of a socket.
    else for (let i = 0; i < 10; i++) await Promise.resolve();
    const code = later ? 'codec_unsupported' : 'publish_not_allowed';
    refuse(room, code);
    await expect(camera).rejects.toMatchObject({ code });
    expect(room.heard.some(({ name }) => name === 'error')).toBe(false);

    // What the server does not explain must not hide what it says about the next offer.
    const silent = room.call.publish('camera', new FakeTrack('video').asTrack());
    silent.catch(() => undefined);
    await settle();
    answer(room, '0:stopped', []);
    await expect(silent).rejects.toMatchObject({ code: 'codec_unsupported' });
    const again = room.call.publish('camera', new FakeTrack('video').asTrack());
    await settle();
    // The reason comes late, and is none of the next offer.
    refuse(room, 'codec_unsupported', '2');
    refuse(room, 'sdp_invalid');
    await expect(again).rejects.toMatchObject({ code: 'sdp_invalid' });
  });

  it('restarts ICE when nothing gets through, and tells it once', async () => {
    const room = await withCamera();
    room.publisher.fail();
    await settle();
    expect(room.publisher.log).toContain('restart ICE');
    expect(room.socket.sent()).toMatchObject([{ type: 'offer' }]);
    answer(room, '0:recvonly', [['0', 'camera']]);
    room.publisher.fail();
    await settle();
    expect(room.heard.filter(({ name }) => name === 'error')).toEqual([
      { name: 'error', event: expect.objectContaining({ code: 'media_failed' }) },
    ]);
  });

  it('answers request-offer only when it has something', async () => {
    const room = await joinFakeRoom();
    room.socket.receive({ type: 'request-offer', roomId });
    await settle();
    expect(room.socket.sent()).toEqual([]);
  });
});

describe('devices', () => {
  it('turns the camera off for real, and on without a negotiation', async () => {
    const room = await withCamera();
    const first = room.call.localTracks.get('camera')?.track;
    const off = room.call.setCameraEnabled(false);
    expect(first?.readyState).toBe('ended');
    await off;
    expect(room.publisher.getTransceivers()[0]?.sender.track).toBeNull();
    expect(room.socket.sent()).toEqual([{ type: 'mute', trackId: 'my-camera', muted: true }]);
    await room.call.setCameraEnabled(true);
    expect(room.publisher.getTransceivers()[0]?.sender.track).toBe(
      room.call.localTracks.get('camera')?.track,
    );
    expect(room.socket.sent()).toEqual([{ type: 'mute', trackId: 'my-camera', muted: false }]);
  });

  it('mutes the microphone at once, even before the server knows the track', async () => {
    const room = await joinFakeRoom();
    const microphone = new FakeTrack('audio');
    const publishing = room.call.publish('microphone', microphone.asTrack());
    await settle();
    const muting = room.call.setMicrophoneEnabled(false);
    expect(microphone).toMatchObject({ enabled: false, readyState: 'live' });
    room.socket.sent();
    answer(room, '0:recvonly', [['0', 'microphone']]);
    await Promise.all([publishing, muting]);
    expect(room.socket.sent()).toEqual([{ type: 'mute', trackId: 'my-microphone', muted: true }]);
    expect(ownTracks(room)).toEqual(['my-microphone muted']);
  });

  it('states a mute again where the room does not know the track yet, and not for ever', async () => {
    const room = await withCamera();
    vi.useFakeTimers();
    await room.call.setCameraEnabled(false);
    const mute = { type: 'mute', trackId: 'my-camera', muted: true };
    expect(room.socket.sent()).toEqual([mute]);
    const unknown = {
      type: 'error',
      code: 'track_not_found',
      message: 'None.',
      requestType: 'mute',
    } as const;
    for (const pause of RESTATE) {
      room.socket.receive(unknown);
      expect(room.socket.sent()).toEqual([]);
      vi.advanceTimersByTime(pause);
      expect(room.socket.sent()).toEqual([mute]);
    }
    room.socket.receive(unknown);
    vi.advanceTimersByTime(10_000);
    expect(room.socket.sent()).toEqual([]);
    expect(room.heard.filter(({ name }) => name === 'error')).toEqual([]);
    await room.call.setCameraEnabled(true);
    room.socket.sent();
    room.socket.receive(unknown);
    room.call.leave();
    expect(vi.getTimerCount(), 'another change begins anew, and leaving ends it').toBe(0);
  });

  it('ends with the last of many quick wishes', async () => {
    const room = await withCamera();
    await Promise.all([false, true, false, true, false].map((on) => room.call.setCameraEnabled(on)));
    expect(room.call.localTracks.get('camera')).toEqual({ track: undefined, enabled: false });
    expect(room.publisher.getTransceivers()[0]?.sender.track).toBeNull();
    expect(ownTracks(room)).toEqual(['my-camera muted']);
  });

  it('keeps a track that the application publishes while the browser still asks', async () => {
    const room = await joinFakeRoom();
    const asked = Promise.withResolvers<FakeStream>();
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: () => asked.promise } });
    const turning = room.call.setCameraEnabled(true);
    await settle();
    const own = new FakeTrack('video');
    const publishing = room.call.publish('camera', own.asTrack());
    const captured = new FakeTrack('video');
    asked.resolve(new FakeStream([captured]));
    await settle();
    answer(room, '0:recvonly', [['0', 'camera']]);
    await Promise.all([turning, publishing]);
    expect([own.readyState, captured.readyState]).toEqual(['live', 'ended']);
    expect(room.publisher.getTransceivers()[0]?.sender.track).toBe(own);
  });

  it('sends another camera though the browser cannot fit its layers to it', async () => {
    const room = await withCamera();
    const sender = room.publisher.getTransceivers()[0]?.sender;
    if (sender)
      sender.setParameters = () => Promise.reject(new DOMException('no', 'InvalidModificationError'));
    const other = new FakeTrack('video');
    await room.call.publish('camera', other.asTrack());
    expect(sender?.track).toBe(other);
    expect(other.readyState).toBe('live');
  });

  it('sends the layers that somebody watches, also of a camera that was off meanwhile or is another', async () => {
    const room = await withCamera();
    const sender = room.publisher.getTransceivers()[0]?.sender;
    const active = () => sender?.getParameters().encodings.map((encoding) => encoding.active !== false);
    const watch = (layers: number, trackId = 'my-camera') =>
      room.socket.receive({ type: 'layers-watched', roomId, trackId, layers });
    expect(active()).toEqual([true, true, true]);
    watch(1);
    watch(3, 'another track');
    await settle();
    expect(active()).toEqual([true, false, false]);
    await room.call.publish('camera', new FakeTrack('video').asTrack());
    await settle();
    expect(active(), 'another camera').toEqual([true, false, false]);

    await room.call.setCameraEnabled(false);
    watch(0);
    watch(2);
    await settle();
    await room.call.setCameraEnabled(true);
    await settle();
    expect(active(), 'what was said while it was off').toEqual([true, true, false]);
    watch(0);
    // Two at once would be refused by the browser.
    watch(3);
    await settle();
    expect(active()).toEqual([true, true, true]);
    expect(room.heard.filter(({ name }) => name === 'error')).toEqual([]);
  });

  it('sends what is watched again though the browser refuses what else is new', async () => {
    const room = await withCamera();
    const sender = room.publisher.getTransceivers()[0]?.sender ?? expect.fail('no sender');
    const watch = (layers: number) =>
      room.socket.receive({ type: 'layers-watched', roomId, trackId: 'my-camera', layers });
    watch(0);
    await settle();
    const { setParameters } = sender;
    const [scale] = sender
      .getParameters()
      .encodings.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy);
    sender.setParameters = async (parameters) => {
      const [first] = parameters.encodings;
      if (first?.scaleResolutionDownBy !== scale) throw new DOMException('no', 'InvalidModificationError');
      await setParameters(parameters);
    };
    const { track } = sender;
    if (track) track.getSettings = () => ({ width: 1920, height: 1080 });
    watch(3);
    await settle();
    const { encodings } = sender.getParameters();
    expect(encodings.map(({ active }) => active)).toEqual([true, true, true]);
  });

  it('sends all layers for the connection test, which measures its way by them', async () => {
    const room = await withCamera({ probe: {} });
    room.socket.receive({ type: 'layers-watched', roomId, trackId: 'my-camera', layers: 0 });
    await settle();
    const { encodings } = room.publisher.getTransceivers()[0]?.sender.getParameters() ?? {};
    expect(encodings?.map(({ active }) => active !== false)).toEqual([true, true, true]);
  });

  it('says so when the browser cannot send another camera', async () => {
    const room = await withCamera();
    const sender = room.publisher.getTransceivers()[0]?.sender;
    if (sender) sender.replaceTrack = () => Promise.reject(new DOMException('no', 'InvalidStateError'));
    await expect(room.call.publish('camera', new FakeTrack('video').asTrack())).rejects.toMatchObject({
      name: 'CallError',
      code: 'negotiation_failed',
    });
  });

  it('is off when the permission is refused', async () => {
    const room = await joinFakeRoom();
    vi.stubGlobal('navigator', {
      mediaDevices: {
        getUserMedia: () => Promise.reject(new DOMException('no', 'NotAllowedError')),
      },
    });
    await expect(room.call.setCameraEnabled(true)).rejects.toMatchObject({ code: 'permission_denied' });
    expect(room.call.localTracks.get('camera')?.enabled).toBe(false);
  });

  it('tells when a device is pulled out', async () => {
    const room = await joinFakeRoom();
    const camera = new FakeTrack('video');
    const publishing = room.call.publish('camera', camera.asTrack());
    await settle();
    answer(room, '0:recvonly', [['0', 'camera']]);
    await publishing;
    room.socket.sent();
    camera.vanish();
    await settle();
    expect(room.heard).toContainEqual({
      name: 'error',
      event: expect.objectContaining({ code: 'device_lost' }),
    });
    expect(room.socket.sent()).toEqual([{ type: 'mute', trackId: 'my-camera', muted: true }]);
  });
});

describe('screen sharing', () => {
  it('uses a message of its own, and the same m-lines again', async () => {
    const room = await withCamera();
    for (let round = 0; round < 2; round++) {
      const start = room.call.startScreenShare();
      await settle();
      expect(room.socket.sent()).toEqual([
        {
          type: 'start-screen-share',
          session: 1,
          offerId: FakeSocket.offerId,
          sdp: '0:sendonly 1:sendonly 2:sendonly',
          tracks: [
            { mid: '0', source: 'camera' },
            { mid: '1', source: 'screen' },
            { mid: '2', source: 'screen-audio' },
          ],
        },
      ]);
      answer(
        room,
        '0:recvonly 1:recvonly 2:recvonly',
        [
          ['0', 'camera'],
          ['1', 'screen'],
          ['2', 'screen-audio'],
        ],
        'start-screen-share',
      );
      await start;
      expect(ownTracks(room)).toEqual(['my-camera', 'my-screen', 'my-screen-audio']);

      const stop = room.call.stopScreenShare();
      await settle();
      expect(room.socket.sent()).toEqual([
        { type: 'stop-screen-share', session: 1 },
        {
          type: 'offer',
          session: 1,
          offerId: FakeSocket.offerId,
          sdp: '0:sendonly 1:inactive 2:inactive',
          tracks: [{ mid: '0', source: 'camera' }],
        },
      ]);
      answer(room, '0:recvonly 1:inactive 2:inactive', [['0', 'camera']]);
      await stop;
      expect(ownTracks(room)).toEqual(['my-camera']);
    }
  });

  it('opens the PeerConnection with an offer, so that it outlives the screen', async () => {
    const room = await joinFakeRoom();
    const start = room.call.startScreenShare();
    await settle();
    expect(room.socket.sent()).toMatchObject([
      {
        type: 'offer',
        tracks: [
          { mid: '0', source: 'screen' },
          { mid: '1', source: 'screen-audio' },
        ],
      },
    ]);
    room.call.leave();
    await expect(start).rejects.toMatchObject({ code: 'call_ended' });
  });

  it('leaves no sound behind where the server refuses the picture', async () => {
    const room = await joinFakeRoom();
    const start = room.call.startScreenShare();
    start.catch(() => undefined);
    await settle();
    room.socket.sent();
    answer(room, '0:stopped 1:recvonly', [['1', 'screen-audio']]);
    await settle();
    expect(room.socket.sent()[0]).toEqual({ type: 'stop-screen-share', session: 1 });
    answer(room, '1:inactive', []);
    await expect(start).rejects.toMatchObject({ code: 'codec_unsupported' });
    expect(ownTracks(room)).toEqual([]);
  });

  it('publishes nothing when the browser’s own button was quicker', async () => {
    const room = await joinFakeRoom();
    const [screen, sound] = [new FakeTrack('video'), new FakeTrack('audio')];
    vi.stubGlobal('navigator', {
      mediaDevices: { getDisplayMedia: async () => new FakeStream([screen, sound]) },
    });
    screen.vanish();
    await room.call.startScreenShare();
    expect(room.socket.sent()).toEqual([]);
    expect(sound.readyState).toBe('ended');
    expect(room.call.localTracks.has('screen')).toBe(false);
  });

  it('is off after the last of many quick wishes', async () => {
    const room = await joinFakeRoom();
    const wishes = [room.call.startScreenShare(), room.call.stopScreenShare()];
    await settle();
    wishes.push(room.call.startScreenShare());
    for (let i = 0; i < 3; i++) await Promise.resolve();
    wishes.push(room.call.stopScreenShare());
    for (let i = 0; i < 5; i++) {
      for (const message of room.socket.sent()) {
        if (message.type !== 'offer' && message.type !== 'start-screen-share') continue;
        const named = (message.tracks ?? []).map(({ mid, source }): [string, Source] => [mid, source]);
        answer(room, message.sdp.replaceAll('sendonly', 'recvonly'), named, message.type);
      }
      await settle();
    }
    await Promise.all(wishes);
    expect(room.call.localTracks.get('screen')?.track).toBeUndefined();
    expect(ownTracks(room)).toEqual([]);
  });

  it('stops when the browser’s own button ends it', async () => {
    const room = await joinFakeRoom();
    const start = room.call.startScreenShare();
    await settle();
    answer(
      room,
      '0:recvonly 1:recvonly',
      [
        ['0', 'screen'],
        ['1', 'screen-audio'],
      ],
      'offer',
    );
    await start;
    room.socket.sent();
    const sound = room.call.localTracks.get('screen-audio')?.track;
    const screen = room.call.localTracks.get('screen')?.track;
    (screen as unknown as FakeTrack).vanish();
    await settle();
    expect(room.socket.sent()[0]).toEqual({ type: 'stop-screen-share', session: 1 });
    expect(sound?.readyState).toBe('ended');
  });
});
