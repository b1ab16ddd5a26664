import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeStream, FakeTrack } from './testing/fake-media.ts';
import { JOINED, joinFakeRoom, settle, stubBrowser } from './testing/join-fake-room.ts';

beforeEach(stubBrowser);
afterEach(() => vi.unstubAllGlobals());

type Settings = typeof JOINED.media;
const join = (media: Partial<Settings>) => joinFakeRoom({ media: { ...JOINED.media, ...media } });

/** Gets cameras and microphones, and remembers how they were asked for. */
function stubCapture(): MediaStreamConstraints[] {
  const asked: MediaStreamConstraints[] = [];
  const getUserMedia = async (constraints: MediaStreamConstraints) => {
    asked.push(constraints);
    return new FakeStream([new FakeTrack(constraints.video === undefined ? 'audio' : 'video')]);
  };
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } });
  return asked;
}

it('cameras and microphones are asked for as the server wants them', async () => {
  const asked = stubCapture();
  const { call } = await join({
    resolution: { width: 640, height: 360 },
    audio: { echoCancellation: false, noiseSuppression: true, autoGainControl: false, stereo: true },
  });
  for (const turning of [call.setCameraEnabled(true), call.setMicrophoneEnabled(true)]) {
    turning.catch(() => undefined);
  }
  await settle();
  expect(asked).toMatchObject([
    { video: { width: { ideal: 640 }, height: { ideal: 360 } } },
    {
      audio: {
        echoCancellation: false,
        noiseSuppression: true,
        autoGainControl: false,
        channelCount: { ideal: 2 },
      },
    },
  ]);
});

const layers: Settings['layers'] = {
  low: { width: 160, height: 90, framerate: 10, bitrate: 50_000 },
  medium: { width: 320, height: 180, framerate: 20, bitrate: 200_000 },
  high: { width: 640, height: 360, framerate: 25, bitrate: 600_000 },
};

it.each<[boolean, Settings['layers'][keyof Settings['layers']][]]>([
  [true, [layers.low, layers.medium, layers.high]],
  [false, [layers.high]],
])('cameras are sent in the server’s layers, or in one without simulcast (%s)', async (simulcast, sent) => {
  stubCapture();
  const { call, publisher } = await join({ simulcast, layers });
  call.setCameraEnabled(true).catch(() => undefined);
  await settle();
  const encodings = publisher.getTransceivers()[0]?.sender.getParameters().encodings ?? [];
  expect(
    encodings.map(({ scaleResolutionDownBy = 1, maxFramerate, maxBitrate }) => ({
      width: JOINED.media.resolution.width / scaleResolutionDownBy,
      height: JOINED.media.resolution.height / scaleResolutionDownBy,
      framerate: maxFramerate,
      bitrate: maxBitrate,
    })),
  ).toEqual(sent);
});

it.each<[string, Settings['jitterBuffer'], number | null]>([
  ['as it wishes', { targetMs: 200, maxMs: 1000 }, 200],
  ['no more than the maximum', { targetMs: 2000, maxMs: 500 }, 500],
  ['as the browser likes, at 0', { targetMs: 0, maxMs: 1000 }, null],
  ['as the browser likes, where an older server says nothing', undefined, null],
])('what is received is buffered %s', async (_, jitterBuffer, expected) => {
  const { subscriber, socket } = await join(jitterBuffer === undefined ? {} : { jitterBuffer });
  const tracks = ['microphone', 'camera'] as const;
  socket.receive({
    type: 'offer',
    roomId: 'room',
    offerId: 'o1',
    sdp: '0:sendonly 1:sendonly',
    tracks: tracks.map((source, index) => ({
      mid: String(index),
      trackId: source,
      participantId: 'ann',
      kind: source === 'camera' ? 'video' : 'audio',
      source,
    })),
  });
  await settle();
  const targets = subscriber.getTransceivers().map(({ receiver }) => receiver.jitterBufferTarget);
  expect(targets).toEqual([expected, expected]);
});
