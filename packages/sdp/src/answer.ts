import type { RtpCodecParameters } from 'mediasoup/types';
import { extractRtpCapabilities } from 'mediasoup-client/handlers/sdp/commonUtils';
import { RemoteAnswerMediaSection } from 'mediasoup-client/handlers/sdp/RemoteMediaSection';
import type * as Client from 'mediasoup-client/types';
import type { MediaDescription } from 'sdp-transform';
import { type Offer, type OfferedMedia, SCTP_PORT } from './offer.ts';
import type { SendParameters } from './send-parameters.ts';
import {
  completeSection,
  type ServerTransport,
  type SessionIdentity,
  writeSession,
} from './server-session.ts';
import { stoppedSection } from './stopped-section.ts';

/** What becomes of one m-line. */
export type MediaDecision =
  /** Receive it. Where the client is not sending (any more), the m-line is answered inactive all the same. */
  | {
      readonly action: 'accept';
      readonly parameters: SendParameters;
      /** Bits per second for the whole m-line, all its layers (`b=TIAS`, RFC 3890). */
      readonly maxBitrate?: number;
    }
  /** Of an `application` m-line: data channels, on which messages of up to so many bytes are taken. */
  | { readonly action: 'data'; readonly maxMessageSize: number }
  /** Receive nothing for now; the m-line can be used later. */
  | { readonly action: 'inactive' }
  /**
   * Stop it for good (port 0). Not for what was accepted before: the client's other m-lines may depend on its
   * transport.
   */
  | { readonly action: 'reject' };

export interface AnswerOptions extends SessionIdentity {
  readonly offer: Offer;
  /** May be missing where nothing is accepted or inactive. */
  readonly transport?: ServerTransport;
  /**
   * By mid. An m-line without a decision is rejected if it sends or is for data, else inactive; for data there is no
   * other decision than `data`. Those that the
   * offer itself rules out (`rejection`) are rejected whatever is decided.
   */
  readonly decisions: ReadonlyMap<string, MediaDecision>;
  /** What `transportMid()` said of the previous answer. It becomes inactive where it would be rejected. */
  readonly transportMid?: string;
}

/**
 * Writes the answer to a client's offer (RFC 8829 §5.3.1): the same m-lines in the same order, rejected ones
 * with port 0 and out of the BUNDLE group.
 *
 * @throws {TypeError} if an m-line is to live and there is no transport.
 */
export function writeAnswer({
  offer,
  transport,
  decisions,
  transportMid,
  ...identity
}: AnswerOptions): string {
  const live = liveMids(offer, decisions, transportMid);
  if (live.length > 0 && !transport) throw new TypeError('an answer with live m-lines needs a transport');
  const media = offer.media.map((offered) => {
    const decision = decide(offered, decisions, transportMid);
    if (decision.action === 'reject' || !transport) return stoppedSection(offered.section);
    return liveSection(offer, offered, decision, transport, offered.mid === live[0]);
  });
  return writeSession(identity, live.length > 0 ? transport : undefined, offer.bundle ? live : [], media);
}

/** mids that an answer keeps alive, in the order of the BUNDLE group if there is one. */
export function liveMids(
  offer: Offer,
  decisions: ReadonlyMap<string, MediaDecision>,
  transportMid?: string,
): string[] {
  const live = offer.media
    .filter((media) => decide(media, decisions, transportMid).action !== 'reject')
    .map(({ mid }) => mid);
  return offer.bundle?.filter((mid) => live.includes(mid)) ?? live;
}

function decide(
  media: OfferedMedia,
  decisions: ReadonlyMap<string, MediaDecision>,
  transportMid: string | undefined,
): MediaDecision {
  if (media.rejection) return { action: 'reject' };
  const decided = decisions.get(media.mid);
  // Data is there or not: such an m-line cannot be inactive (RFC 8841 §10.2).
  if (media.kind === undefined) return decided?.action === 'data' ? decided : { action: 'reject' };
  if (decided?.action === 'data') throw new TypeError(`the m-line ${media.mid} is not for data`);
  const decision = decided ?? { action: media.sending ? 'reject' : 'inactive' };
  return decision.action === 'reject' && media.mid === transportMid ? { action: 'inactive' } : decision;
}

function liveSection(
  offer: Offer,
  media: OfferedMedia,
  decision: Exclude<MediaDecision, { action: 'reject' }>,
  transport: ServerTransport,
  tagged: boolean,
): MediaDescription {
  const accepted = decision.action === 'accept' ? decision : undefined;
  const parameters = accepted?.parameters;
  const { role } = transport.dtlsParameters;
  const section = new RemoteAnswerMediaSection({
    ...(decision.action === 'data' && {
      // Of these, the port and what is received are all that is read.
      sctpParameters: {
        port: SCTP_PORT,
        maxReceiveMessageSize: decision.maxMessageSize,
      } as Client.SctpParameters,
    }),
    iceParameters: transport.iceParameters,
    // Only the tagged m-line of a group describes its transport (RFC 9143 §7.1.3).
    ...(tagged && { iceCandidates: [...transport.iceCandidates] }),
    dtlsParameters: {
      ...transport.dtlsParameters,
      // Once connected the role is settled, whatever a later offer says (RFC 8842 §5.5).
      role: role && role !== 'auto' ? role : offer.dtls?.role === 'server' ? 'client' : 'server',
    },
    offerMediaObject: withoutSimulcast(media),
    // Written to by the constructor.
    offerRtpParameters: structuredClone(
      parameters?.rtpParameters ?? unreduced(media),
    ) as Client.RtpParameters,
    answerRtpParameters: (parameters?.answerRtpParameters ?? unreduced(media)) as Client.RtpParameters,
    codecOptions: parameters?.codecOptions ?? {},
  });
  const object = section.getObject();
  completeSection(object);
  if (decision.action === 'data') return object;
  // Also of an inactive m-line: what it does not agree to now, the client will not offer again.
  addSimulcast(object, media);
  if (!accepted || !media.sending) section.pause();
  else if (accepted.maxBitrate !== undefined) object.bandwidth = bandwidth(accepted.maxBitrate);
  return object;
}

/**
 * The layers that are received, of those offered (RFC 8853 §5.3.2). What the client offered as paused stays so:
 * Chrome takes a layer that the answer does not pause for one to be started again.
 */
function addSimulcast(object: MediaDescription, { rids, section }: OfferedMedia): void {
  if (rids.length === 0) return;
  object.rids = rids.map(({ rid }) => ({ id: rid, direction: 'recv' }));
  if (!section.simulcast) return;
  object.simulcast = {
    dir1: 'recv',
    list1: rids.map(({ rid, paused }) => (paused ? `~${rid}` : rid)).join(';'),
  };
}

function withoutSimulcast({ section }: OfferedMedia): MediaDescription {
  const { simulcast: _, ...rest } = section;
  return rest;
}

/** An inactive m-line answers with all it was offered: nothing is chosen before there is something to send. */
function unreduced(media: OfferedMedia): Client.RtpParameters {
  const { codecs = [], headerExtensions = [] } = extractRtpCapabilities({
    sdpObject: { media: [media.section] } as Parameters<typeof extractRtpCapabilities>[0]['sdpObject'],
  });
  return {
    codecs: codecs.map(
      ({ kind: _, preferredPayloadType, ...codec }): RtpCodecParameters => ({
        ...codec,
        payloadType: preferredPayloadType,
      }),
    ),
    headerExtensions: headerExtensions.map(({ uri, preferredId }) => ({ uri, id: preferredId })),
    encodings: [],
    rtcp: {},
  };
}

/** Chrome reads both and keeps the last; Firefox reads TIAS only. AS is in kbit/s and counts headers. */
function bandwidth(bitsPerSecond: number): MediaDescription['bandwidth'] {
  if (!Number.isSafeInteger(bitsPerSecond) || bitsPerSecond < 1) {
    throw new TypeError('maxBitrate must be a positive integer of bits per second');
  }
  return [
    { type: 'AS', limit: Math.ceil(bitsPerSecond / 1000) },
    { type: 'TIAS', limit: bitsPerSecond },
  ];
}
