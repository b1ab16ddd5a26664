import type { MediaKind, RtpCapabilities, RtpParameters } from 'mediasoup/types';
import { extractRtpCapabilities } from 'mediasoup-client/handlers/sdp/commonUtils';
import {
  getExtendedRtpCapabilities,
  getSendingRemoteRtpParameters,
  getSendingRtpParameters,
  reduceCodecs,
  validateAndNormalizeRtpCapabilities,
} from 'mediasoup-client/ortc';
import type * as Client from 'mediasoup-client/types';
import { applyCodecOptions, type CodecOptions, DEFAULT_CODEC_OPTIONS } from './codec-options.ts';
import { encodingsOf } from './encodings.ts';
import type { OfferedMedia } from './offer.ts';

/** What the client will send on one m-line, and what the answer says about it. */
export interface SendParameters {
  readonly kind: MediaKind;
  /** For `transport.produce()`. */
  readonly rtpParameters: RtpParameters;
  /** For `writeAnswer()`. */
  readonly answerRtpParameters: RtpParameters;
  /** For `writeAnswer()`. */
  readonly codecOptions: CodecOptions;
  /** All codecs in common, by their names in SDP, most wanted first; also those that the layers of this m-line rule out. */
  readonly codecs: readonly string[];
}

/** What SDP does not tell of an m-line. */
export interface SendHints {
  /** Of its one encoding (W3C webrtc-svc), as the client says: `L3T3_KEY`. */
  readonly scalabilityMode?: string | undefined;
}

export interface SendOptions {
  /** MIME types ('video/VP8'), most wanted first. Without it, the order of the offer. */
  readonly codecPreference?: readonly string[];
  /** Merged over {@link DEFAULT_CODEC_OPTIONS}. */
  readonly codecOptions?: CodecOptions;
}

const MID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const RID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
const DEPENDENCY_DESCRIPTOR =
  'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';

/** mediasoup forwards simulcast of these only. */
const SIMULCAST_CODECS: ReadonlySet<string> = new Set(['video/vp8', 'video/h264']);
/** mediasoup reads the dependency descriptor of these only. */
const DEPENDENCY_DESCRIPTOR_CODECS: ReadonlySet<string> = new Set(['video/h264', 'video/av1']);
const NOT_MEDIA: ReadonlySet<string> = new Set(['audio/cn', 'audio/telephone-event']);

/**
 * Intersects what one m-line offers with what the router takes. Each m-line is looked at alone: m-lines of one
 * offer can differ in codecs, payload types and header extensions.
 *
 * @returns undefined where the m-line has to be rejected: it does not send, has no codec in common with the
 *   router, or nothing by which its packets could be told from those of other m-lines.
 */
export function sendParameters(
  media: OfferedMedia,
  routerRtpCapabilities: RtpCapabilities,
  { codecPreference = [], codecOptions = {} }: SendOptions = {},
  { scalabilityMode }: SendHints = {},
): SendParameters | undefined {
  const { kind } = media;
  if (!kind || media.rejection) return undefined;

  const extended = extendedCapabilities(media, routerRtpCapabilities);
  const order = codecPreference.map((mimeType) => mimeType.toLowerCase());
  const rank = (mimeType: string) => order.indexOf(mimeType.toLowerCase()) + 1 || order.length + 1;
  extended.codecs = extended.codecs
    .filter(({ mimeType }) => !NOT_MEDIA.has(mimeType.toLowerCase()))
    .sort((a, b) => rank(a.mimeType) - rank(b.mimeType));
  const common = [...new Set(extended.codecs.map(({ mimeType }) => mimeType.slice(kind.length + 1)))];
  extended.codecs = extended.codecs.filter(
    ({ mimeType }) => media.rids.length < 2 || SIMULCAST_CODECS.has(mimeType.toLowerCase()),
  );
  const [codec] = extended.codecs;
  if (!codec) return undefined;
  if (!DEPENDENCY_DESCRIPTOR_CODECS.has(codec.mimeType.toLowerCase())) {
    extended.headerExtensions = extended.headerExtensions.filter(({ uri }) => uri !== DEPENDENCY_DESCRIPTOR);
  }

  const rtpParameters = structuredClone(getSendingRtpParameters(kind, extended));
  const answerRtpParameters = structuredClone(getSendingRemoteRtpParameters(kind, extended));
  rtpParameters.codecs = reduceCodecs(rtpParameters.codecs);
  answerRtpParameters.codecs = reduceCodecs(answerRtpParameters.codecs);
  rtpParameters.mid = media.mid;
  rtpParameters.encodings = encodingsOf(media, rtpParameters.codecs, scalabilityMode);
  rtpParameters.rtcp = { reducedSize: true, ...(media.cname && { cname: media.cname }) };
  if (!isDemultiplexable(rtpParameters)) return undefined;

  const options = { ...DEFAULT_CODEC_OPTIONS, ...codecOptions };
  applyCodecOptions(rtpParameters, options);
  return { kind, rtpParameters, answerRtpParameters, codecOptions: options, codecs: common };
}

/**
 * Whether a producer made from one offer still fits a later one. If so keep it, paused while the m-line is
 * inactive; if not, close it and produce again, with `withKnownSsrcs()`.
 */
export function isSameSending(a: SendParameters, b: SendParameters): boolean {
  const identity = ({ rtpParameters }: SendParameters) =>
    JSON.stringify([
      rtpParameters.mid,
      rtpParameters.codecs.map(({ mimeType, payloadType }) => [mimeType.toLowerCase(), payloadType]),
      // Where there is a rid, the SSRCs are only what has been learnt since.
      rtpParameters.encodings?.map(({ rid, ssrc, rtx, scalabilityMode }) =>
        rid === undefined ? [ssrc, rtx?.ssrc, scalabilityMode] : [rid, scalabilityMode],
      ),
      rtpParameters.headerExtensions?.map(({ uri, id }) => [uri, id]),
    ]);
  return identity(a) === identity(b);
}

function extendedCapabilities(
  media: OfferedMedia,
  routerRtpCapabilities: RtpCapabilities,
): Client.ExtendedRtpCapabilities {
  const offered = extractRtpCapabilities({
    sdpObject: { media: [media.section] } as Parameters<typeof extractRtpCapabilities>[0]['sdpObject'],
  });
  // Matching H264 profiles writes into both sides.
  const router = structuredClone(routerRtpCapabilities) as Client.RtpCapabilities;
  validateAndNormalizeRtpCapabilities(offered);
  validateAndNormalizeRtpCapabilities(router);
  return getExtendedRtpCapabilities(offered, router, true);
}

/** mediasoup finds a packet's producer by its SSRC, else its MID, else its RID (RFC 9143 §9.2). */
function isDemultiplexable({ encodings = [], headerExtensions = [] }: Client.RtpParameters): boolean {
  const has = (wanted: string) => headerExtensions.some(({ uri }) => uri === wanted);
  if (encodings.some(({ rid }) => rid)) return has(RID_EXTENSION);
  return encodings.every(({ ssrc }) => ssrc) || has(MID_EXTENSION);
}
