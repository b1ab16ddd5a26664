import type { ClientMediaSettings } from '@parley/protocol/server-messages';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeTrack } from './testing/fake-media.ts';
import { FakeSocket } from './testing/fake-socket.ts';
import { type FakeRoom, JOINED, joinFakeRoom, settle, stubBrowser } from './testing/join-fake-room.ts';

beforeEach(() => {
  stubBrowser();
  const codecs = ['VP9', 'VP8', 'rtx'].map((codec) => ({ mimeType: `video/${codec}` }));
  vi.stubGlobal('RTCRtpSender', { getCapabilities: () => ({ codecs }) });
});
afterEach(() => vi.unstubAllGlobals());

const roomId = 'room';
const media: ClientMediaSettings = { ...JOINED.media, codecs: ['VP9', 'VP8'] };

/** Answers the offer that was sent last, and says what follows at once; returns what it named. */
async function negotiate({ socket }: FakeRoom, trackId = 'mine', then: () => void = () => undefined) {
  await settle();
  const offer = socket.sent().find(({ type }) => type === 'offer');
  if (offer?.type !== 'offer') return undefined;
  const tracks = (offer.tracks ?? []).flatMap(({ mid, source, fallbackFor }) =>
    fallbackFor === undefined ? [{ mid, source, trackId }] : [],
  );
  const sdp = offer.sdp.replaceAll('sendonly', 'recvonly');
  socket.receive({ type: 'answer', roomId, requestType: 'offer', offerId: FakeSocket.offerId, sdp, tracks });
  then();
  await settle();
  return offer.tracks;
}

async function withCamera() {
  const room = await joinFakeRoom({ media });
  const done = room.call.publish('camera', new FakeTrack('video').asTrack());
  await negotiate(room);
  await done;
  const want = (wanted: boolean, codec = 'VP8', trackId = 'mine') =>
    room.socket.receive({ type: 'codec-wanted', roomId, trackId, codec, wanted });
  const senders = () => room.publisher.getTransceivers();
  return { ...room, want, senders };
}

const camera = { mid: '0', source: 'camera', scalabilityMode: 'L3T3_KEY' };

it('a camera is sent in another codec too when somebody needs that, in the medium layer', async () => {
  const room = await withCamera();
  room.want(true);
  expect(await negotiate(room)).toEqual([camera, { mid: '1', source: 'camera', fallbackFor: 'mine' }]);
  const [first, second] = room.senders();
  expect(second?.preferred).toEqual(['video/VP8', 'video/rtx']);
  expect(second?.sender.track).toBe(first?.sender.track);
  expect(second?.sender.getParameters().encodings).toEqual([
    { scaleResolutionDownBy: 2, maxFramerate: 30, maxBitrate: 500_000 },
  ]);
  room.want(true);
  await negotiate(room);
  expect(room.senders(), 'once').toHaveLength(2);
});

it('also where that is told before the browser has taken the answer that names the track', async () => {
  const room = await joinFakeRoom({ media });
  const done = room.call.publish('camera', new FakeTrack('video').asTrack());
  await negotiate(room, 'mine', () =>
    room.socket.receive({ type: 'codec-wanted', roomId, trackId: 'mine', codec: 'VP8', wanted: true }),
  );
  await done;
  expect(await negotiate(room)).toContainEqual({ mid: '1', source: 'camera', fallbackFor: 'mine' });
});

it('that ends with the need', async () => {
  const room = await withCamera();
  room.want(true);
  await negotiate(room);
  room.want(false);
  expect(await negotiate(room)).toEqual([camera]);
  expect(room.senders()).toHaveLength(1);
});

it('it sends what the camera sends', async () => {
  const room = await withCamera();
  room.want(true);
  await negotiate(room);
  await room.call.setCameraEnabled(false);
  expect(room.senders().map(({ sender }) => sender.track)).toEqual([null, null]);
  const other = new FakeTrack('video');
  await room.call.publish('camera', other.asTrack());
  expect(room.senders().map(({ sender }) => sender.track)).toEqual([other, other]);
});

it('neither another’s track nor a codec that the browser lacks is sent', async () => {
  const room = await withCamera();
  room.want(true, 'VP8', 'theirs');
  expect(await negotiate(room)).toBeUndefined();
  room.want(true, 'H264');
  expect(await negotiate(room)).toEqual([camera]);
  expect(room.senders()).toHaveLength(1);
});

it('it is gone with its track, and where the server takes another in its place', async () => {
  const room = await withCamera();
  room.want(true);
  await negotiate(room);
  room.socket.receive({ type: 'request-offer', roomId });
  await negotiate(room, 'another');
  expect(room.senders()).toHaveLength(1);
  room.socket.receive({ type: 'request-offer', roomId });
  expect(await negotiate(room, 'another')).toEqual([camera]);
});
