import type { CapturedRtp } from '@parley/protocol/recording/capture';
import type { Consumer, RtpCapabilities } from 'mediasoup/types';

/** What a recorder asks for: lost packets and key frames. */
const FEEDBACK = [
  { type: 'nack', parameter: '' },
  { type: 'nack', parameter: 'pli' },
  { type: 'ccm', parameter: 'fir' },
];

/**
 * What a recorder takes of what a router has: every codec, lost packets again on the stream that they are of, also of sound, and no
 * header extension, so that mediasoup estimates no bandwidth and holds nothing back.
 */
export function capturable({ codecs = [] }: RtpCapabilities): RtpCapabilities {
  return {
    codecs: codecs
      .filter(({ mimeType }) => !/\/rtx$/i.test(mimeType))
      .map((codec) => ({ ...codec, rtcpFeedback: FEEDBACK })),
    headerExtensions: [],
  };
}

/** How a consumer's RTP reads. @throws when it has no codec or SSRC, which consumers have */
export function describeRtp({ rtpParameters }: Pick<Consumer, 'rtpParameters'>): CapturedRtp {
  const codec = rtpParameters.codecs[0];
  const ssrc = rtpParameters.encodings?.[0]?.ssrc;
  if (codec === undefined || ssrc === undefined) throw new Error('a consumer has no codec or no SSRC');
  const { payloadType, mimeType, clockRate, channels, parameters = {} } = codec;
  return {
    ssrc,
    payloadType,
    mimeType,
    clockRate,
    ...(channels !== undefined && { channels }),
    parameters: parameters as CapturedRtp['parameters'],
  };
}
