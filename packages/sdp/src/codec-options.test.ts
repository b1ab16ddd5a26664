import { expect, it } from 'vitest';
import { applyCodecOptions } from './codec-options.ts';

it('notes what the encoder of Opus will do, and of nothing else', () => {
  const rtpParameters = {
    codecs: [
      { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, rtcpFeedback: [{ type: 'nack' }] },
      { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, rtcpFeedback: [{ type: 'nack' }] },
    ],
    rtcp: {},
  };
  applyCodecOptions(rtpParameters, { opusDtx: true, opusFec: false, opusStereo: true, opusPtime: 20 });
  expect(rtpParameters.codecs).toEqual([
    {
      mimeType: 'audio/opus',
      payloadType: 111,
      clockRate: 48_000,
      parameters: { usedtx: 1, useinbandfec: 0, 'sprop-stereo': 1, ptime: 20 },
      rtcpFeedback: [],
    },
    { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, rtcpFeedback: [{ type: 'nack' }] },
  ]);
});
