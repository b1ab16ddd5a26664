import type { ClientMediaSettings } from '@parley/protocol/server-messages';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sendEncodings } from './encodings.ts';
import { addSendTransceiver } from './send-transceiver.ts';
import { FakeTrack } from './testing/fake-media.ts';
import { FakePeerConnection } from './testing/fake-peer-connection.ts';
import { JOINED, joinFakeRoom, settle, stubBrowser } from './testing/join-fake-room.ts';

beforeEach(stubBrowser);
afterEach(() => vi.unstubAllGlobals());

/** A browser that encodes these. */
function stubCodecs(...codecs: string[]) {
  const mimeTypes = [...codecs.map((codec) => `video/${codec}`), 'video/rtx'];
  vi.stubGlobal('RTCRtpSender', {
    getCapabilities: (kind: string) => ({
      codecs: (kind === 'video' ? mimeTypes : ['audio/opus']).map((mimeType) => ({ mimeType })),
    }),
  });
}

function add(codecs: string[], kind: 'audio' | 'video' = 'video') {
  const connection = new FakePeerConnection();
  const track = new FakeTrack(kind).asTrack();
  const made = addSendTransceiver(connection as unknown as RTCPeerConnection, track, [], codecs, (codec) =>
    sendEncodings(kind === 'video' ? 'camera' : 'microphone', track.getSettings(), JOINED.media, codec),
  );
  const { preferred } = connection.getTransceivers()[0] ?? {};
  return { ...made, preferred, count: connection.getTransceivers().length };
}

it('the codec that the server wants most is offered first, those that the browser lacks are not', () => {
  stubCodecs('VP8', 'AV1', 'H264');
  expect(add(['VP9', 'H264', 'VP8'])).toMatchObject({
    codec: 'H264',
    scalabilityMode: undefined,
    preferred: ['video/H264', 'video/VP8', 'video/rtx'],
    encodings: [{ rid: 'low' }, { rid: 'medium' }, { rid: 'high' }],
  });
});

it('VP9 is sent in one stream of three layers', () => {
  stubCodecs('VP8', 'VP9');
  expect(add(['VP9', 'VP8'])).toMatchObject({
    codec: 'VP9',
    scalabilityMode: 'L3T3_KEY',
    preferred: ['video/VP9', 'video/VP8', 'video/rtx'],
    count: 1,
  });
});

it('a browser that cannot encode VP9 in layers sends the next codec', () => {
  stubCodecs('VP8', 'VP9');
  // Firefox ignores what it does not know.
  const original = FakePeerConnection.prototype.addTransceiver;
  vi.spyOn(FakePeerConnection.prototype, 'addTransceiver').mockImplementation(function (
    this: FakePeerConnection,
    track,
    init,
  ) {
    const known = init.sendEncodings?.map((encoding) => ({ ...encoding, scalabilityMode: undefined }));
    return original.call(this, track, {
      ...init,
      ...(known && { sendEncodings: known as RTCRtpEncodingParameters[] }),
    });
  });
  expect(add(['VP9', 'VP8'])).toMatchObject({
    codec: 'VP8',
    scalabilityMode: undefined,
    preferred: ['video/VP8', 'video/rtx'],
    count: 1,
  });
  vi.restoreAllMocks();
});

it.each([
  ['an older server says nothing', [], ['VP8'], 'video'],
  ['the browser does not tell', ['VP9'], [], 'video'],
  ['it is sound', ['VP9'], ['VP9'], 'audio'],
] as const)('codecs are left to the browser where %s', (_, wanted, has, kind) => {
  stubCodecs(...has);
  expect(add([...wanted], kind)).toMatchObject({ codec: undefined, preferred: undefined, count: 1 });
});

it('the server is told of layers, which SDP does not tell, again with each offer', async () => {
  stubCodecs('VP8', 'VP9');
  const media: ClientMediaSettings = { ...JOINED.media, codecs: ['VP9', 'VP8'] };
  const { call, socket } = await joinFakeRoom({ media });
  call.setCameraEnabled(true).catch(() => undefined);
  await settle();
  const tracks = [{ mid: '0', source: 'camera', scalabilityMode: 'L3T3_KEY' }];
  expect(socket.sent()).toMatchObject([{ type: 'offer', tracks }]);
});
