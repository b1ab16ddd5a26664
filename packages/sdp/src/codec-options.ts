import type { ProducerCodecOptions, RtpParameters } from 'mediasoup-client/types';

/**
 * What the server asks a client's encoders to do, through `a=fmtp` of the answer. Bitrates of
 * `videoGoogle…Bitrate` are in kbit/s and understood by libwebrtc only; those of Opus are in bit/s.
 */
export type CodecOptions = ProducerCodecOptions;

/**
 * Opus repairs single losses in-band. Chrome starts at 300 kbit/s and needs 20 s to its top simulcast layer
 * unless told where to start.
 */
export const DEFAULT_CODEC_OPTIONS: CodecOptions = { opusFec: true, videoGoogleStartBitrate: 2500 };

/**
 * Notes in the parameters of what a client sends the options that its encoder will follow, as mediasoup and the
 * viewers have to know them: mediasoup expects gaps of an encoder with DTX.
 */
export function applyCodecOptions(rtpParameters: RtpParameters, options: CodecOptions): void {
  for (const codec of rtpParameters.codecs) {
    if (!/^audio\/(multi)?opus$/i.test(codec.mimeType)) continue;
    const parameters: Record<string, unknown> = { ...codec.parameters };
    if (options.opusStereo !== undefined) parameters['sprop-stereo'] = options.opusStereo ? 1 : 0;
    if (options.opusFec !== undefined) parameters.useinbandfec = options.opusFec ? 1 : 0;
    if (options.opusDtx !== undefined) parameters.usedtx = options.opusDtx ? 1 : 0;
    if (options.opusPtime !== undefined) parameters.ptime = options.opusPtime;
    codec.parameters = parameters;
    if (!options.opusNack) {
      codec.rtcpFeedback = codec.rtcpFeedback?.filter(({ type, parameter }) => type !== 'nack' || parameter);
    }
  }
}
