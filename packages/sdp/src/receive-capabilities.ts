import type {
  MediaKind,
  RtpCapabilities,
  RtpCodecCapability,
  RtpHeaderExtension,
  RtpParameters,
} from 'mediasoup/types';
import type { Answer, AnsweredMedia } from './receive-answer.ts';
import type { ReceiveSection, ReceiveSections } from './receive-sections.ts';

/**
 * What a client is known to be able to receive. Nobody asks it: it starts as all that the router can send, and
 * each answer takes away what the client did not accept.
 */
export interface ReceiveCapabilities {
  /** For `transport.consume()`, in the router's numbering. */
  readonly rtpCapabilities: RtpCapabilities;
  /** Payload types the client has accepted once; a later rejection is then a choice, not an inability. */
  readonly confirmed: readonly number[];
}

export function initialReceiveCapabilities(routerRtpCapabilities: RtpCapabilities): ReceiveCapabilities {
  const { codecs = [], headerExtensions = [] } = routerRtpCapabilities;
  return {
    rtpCapabilities: {
      codecs,
      // mediasoup does not look at the kind here: were the one that it only receives with audio left in
      // (transport-cc), a client that refuses it for video would get it all the same.
      headerExtensions: headerExtensions.filter(
        ({ direction = 'sendrecv' }) => direction === 'sendrecv' || direction === 'sendonly',
      ),
    },
    confirmed: [],
  };
}

/**
 * Learns from an answer: of an accepted m-line the codecs, RTX, feedback and header extensions it was offered and
 * left out; of a rejected one its codec, unless another m-line with that codec was accepted before or beside it.
 *
 * @param offered what the offer was written from.
 */
export function receiveCapabilities(
  known: ReceiveCapabilities,
  offered: ReceiveSections,
  answer: Answer,
): ReceiveCapabilities {
  const pairs = pairUp(offered, answer);
  const confirmed = new Set(known.confirmed);
  for (const { answered } of pairs) {
    if (!answered.rejected) for (const { payload } of answered.section.rtp) confirmed.add(payload);
  }
  const refusedCodecs = new Set<number>();
  const refusedFeedback = new Set<string>();
  const refusedExtensions = new Set<string>();
  for (const { section, answered } of pairs) {
    for (const codec of section.rtpParameters.codecs) {
      if (confirmed.has(codec.payloadType)) {
        if (answered.rejected) continue;
        for (const { type, parameter } of codec.rtcpFeedback ?? []) {
          if (!hasFeedback(answered, codec.payloadType, type, parameter)) {
            refusedFeedback.add(feedbackKey(codec.payloadType, type, parameter));
          }
        }
      } else refusedCodecs.add(codec.payloadType);
    }
    if (answered.rejected) continue;
    for (const { uri } of section.rtpParameters.headerExtensions ?? []) {
      if (!answered.section.ext?.some((ext) => ext.uri === uri)) {
        refusedExtensions.add(extensionKey(section.kind, uri));
      }
    }
  }
  const { codecs = [], headerExtensions = [] } = known.rtpCapabilities;
  return {
    rtpCapabilities: {
      codecs: codecs
        .filter(({ preferredPayloadType }) => !refusedCodecs.has(preferredPayloadType))
        .filter((codec) => !refusedCodecs.has(aptOf(codec)))
        .map((codec) => ({
          ...codec,
          rtcpFeedback: (codec.rtcpFeedback ?? []).filter(
            ({ type, parameter }) =>
              !refusedFeedback.has(feedbackKey(codec.preferredPayloadType, type, parameter)),
          ),
        })),
      headerExtensions: headerExtensions.filter(
        ({ kind, uri }: RtpHeaderExtension) => !refusedExtensions.has(extensionKey(kind, uri)),
      ),
    },
    confirmed: [...confirmed],
  };
}

/**
 * mids of tracks the client accepted, but not all of what their consumers rely on: it does not understand their
 * retransmissions, or sends none of the feedback that congestion control needs. Such a consumer should be
 * replaced by one made with the capabilities that the answer left.
 */
export function narrowedMids(offered: ReceiveSections, answer: Answer): string[] {
  return pairUp(offered, answer)
    .filter(({ answered }) => !answered.rejected)
    .filter(({ section, answered }) =>
      section.rtpParameters.codecs.some(
        ({ payloadType, rtcpFeedback = [] }) =>
          !answered.section.rtp.some(({ payload }) => payload === payloadType) ||
          rtcpFeedback.some(({ type, parameter }) => !hasFeedback(answered, payloadType, type, parameter)),
      ),
    )
    .map(({ section }) => section.mid);
}

/**
 * What `transport.consume()` is to be given for a producer: mediasoup takes RTX for understood where the client understands
 * that of any codec, so what is not of the producer's codecs is left out.
 *
 * @param consumable the producer's, in the router's numbering.
 */
export function capabilitiesToConsume(
  { codecs = [], ...others }: RtpCapabilities,
  consumable: RtpParameters,
): RtpCapabilities {
  const types = new Set([-1, ...consumable.codecs.map(({ payloadType }) => payloadType)]);
  return { ...others, codecs: codecs.filter((codec) => types.has(aptOf(codec))) };
}

interface Pair {
  readonly section: ReceiveSection;
  readonly answered: AnsweredMedia;
}

function pairUp({ sections }: ReceiveSections, { media }: Answer): Pair[] {
  return sections.flatMap((section, index) => {
    const answered = media[index];
    return section.state === 'open' && answered ? [{ section, answered }] : [];
  });
}

function hasFeedback({ section }: AnsweredMedia, payloadType: number, type: string, parameter = ''): boolean {
  return (section.rtcpFb ?? []).some(
    (fb) =>
      (fb.payload === '*' || fb.payload === payloadType) &&
      fb.type === type &&
      (fb.subtype ?? '') === parameter,
  );
}

function feedbackKey(payloadType: number, type: string, parameter = ''): string {
  return `${payloadType} ${type} ${parameter}`;
}

function extensionKey(kind: MediaKind, uri: string): string {
  return `${kind} ${uri}`;
}

/** The payload type that an RTX codec retransmits (RFC 4588 §8.1), else -1. */
function aptOf({ parameters }: RtpCodecCapability): number {
  const apt: unknown = parameters?.apt;
  return typeof apt === 'number' ? apt : -1;
}
