import type { DtlsParameters, MediaKind } from 'mediasoup/types';
import type { MediaDescription } from 'sdp-transform';
import { SdpError } from './errors.ts';
import { OFFER_LIMITS, type SdpLimits } from './limits.ts';
import {
  checkMids,
  type OfferedRid,
  readBundle,
  readCname,
  readMsid,
  readRids,
  readSection,
  type Section,
} from './section.ts';
import { type Origin, parseSession } from './session.ts';
import { type IceCredentials, readDtls, readIce } from './transport-attributes.ts';

/** A client's offer on its send PeerConnection, validated. */
export interface Offer {
  readonly origin: Origin;
  /** Absent when no m-line is alive: before the client has media, or after it stopped all of it. */
  readonly ice?: IceCredentials;
  /** For `transport.connect()`: the role is the client's. Absent when no m-line is alive. */
  readonly dtls?: DtlsParameters;
  /** Every m-line, in order. */
  readonly media: readonly OfferedMedia[];
  /** mids of the BUNDLE group, in its order; undefined where the offer has no group (RFC 9143). */
  readonly bundle?: readonly string[];
}

/** Why an m-line can only be answered with port 0. */
export type Rejection =
  /** The client stopped it (port 0). */
  | 'stopped'
  /** It would need a transport of its own; every m-line has to be in one BUNDLE group. */
  | 'unbundled'
  /** It wants RTCP on another port (no `a=rtcp-mux`, RFC 8858 §3). */
  | 'no_rtcp_mux'
  /** Not RTP or SCTP over DTLS. */
  | 'protocol'
  /** Data channels in an older form, or on another SCTP port than {@link SCTP_PORT}. */
  | 'sctp'
  /** Not audio, video or a data channel. */
  | 'kind';

/** One m-line of an offer. */
export interface OfferedMedia {
  readonly index: number;
  /** Unique in the offer; empty only where `rejection` is set. */
  readonly mid: string;
  /** 'audio', 'video', 'application', or whatever the m-line says where `rejection` is set. */
  readonly type: string;
  /** Set for audio and video. */
  readonly kind?: MediaKind;
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** The client wants to send audio or video here. False ends the track, if there was one. */
  readonly sending: boolean;
  readonly rejection?: Rejection;
  /** Streams the track is part of (RFC 8830), possibly none. */
  readonly streamIds: readonly string[];
  readonly trackId?: string;
  /** Simulcast layers in the order of the m-line's list; empty without simulcast by rid. */
  readonly rids: readonly OfferedRid[];
  readonly cname?: string;
  /**
   * Where data channels can be had: the largest message that the client takes, bytes; infinite when it sets no bound
   * (RFC 8841 §6.1).
   */
  readonly maxMessageSize?: number;
  /** The m-line's attributes, validated. */
  readonly section: Section;
}

const RTP_PROTOCOLS: ReadonlySet<string> = new Set([
  ...['UDP/TLS/RTP/SAVPF', 'TCP/TLS/RTP/SAVPF', 'UDP/TLS/RTP/SAVP', 'TCP/TLS/RTP/SAVP'],
  // RFC 8829 §5.1.2: older peers, to be treated alike.
  ...['RTP/SAVPF', 'RTP/SAVP'],
]);
const SCTP_PROTOCOLS: ReadonlySet<string> = new Set(['UDP/DTLS/SCTP', 'TCP/DTLS/SCTP']);
/** The one that mediasoup knows, at either end, and that every client offers. */
export const SCTP_PORT = 5000;
/** Where an offer does not say what it takes, bytes (RFC 8841 §6.1). */
const DEFAULT_MAX_MESSAGE_SIZE = 64 * 1024;

/**
 * Reads a client's offer.
 *
 * @throws {SdpError} whatever is wrong with it; nothing else.
 */
export function parseOffer(sdp: string, limits: SdpLimits = OFFER_LIMITS): Offer {
  const { description, origin } = parseSession(sdp, limits);
  const bundle = readBundle(description);
  const sections = description.media.map((raw) => readSection(raw, description, 'sends'));
  checkMids(sections);

  let alone = false;
  const media = sections.map((section, index): OfferedMedia => {
    const raw = description.media[index] as MediaDescription;
    let rejection = rejectionOf(section, bundle);
    if (!rejection && !bundle) {
      // Without a group each m-line has a transport of its own (RFC 9143 §7.1.1), and there is only one here.
      if (alone) rejection = 'unbundled';
      alone = true;
    }
    if (!rejection && section.mid === '') {
      throw new SdpError('sdp_no_mid', `m-line ${index} has no "a=mid". Use Unified Plan SDP.`);
    }
    return describe(section, raw, index, rejection);
  });

  const tagged = media.find(({ mid, rejection }) => !rejection && (bundle?.includes(mid) ?? true));
  const first =
    bundle?.map((mid) => media.find((m) => m.mid === mid)).find((m) => m && !m.rejection) ?? tagged;
  if (!first) return { origin, media, ...(bundle && { bundle }) };
  const raw = description.media[first.index];
  return {
    origin,
    ice: readIce(description, raw),
    dtls: readDtls(description, raw),
    media,
    ...(bundle && { bundle }),
  };
}

function describe(
  section: Section,
  raw: MediaDescription,
  index: number,
  rejection: Rejection | undefined,
): OfferedMedia {
  const kind = section.type === 'audio' || section.type === 'video' ? section.type : undefined;
  const direction = section.direction ?? 'sendrecv';
  const cname = readCname(section);
  return {
    index,
    mid: section.mid,
    type: section.type,
    ...(kind && { kind }),
    direction,
    sending: kind !== undefined && !rejection && (direction === 'sendrecv' || direction === 'sendonly'),
    ...(rejection && { rejection }),
    ...readMsid(raw),
    rids: kind === 'video' ? readRids(section) : [],
    ...(cname && { cname }),
    ...(section.type === 'application' && !rejection && { maxMessageSize: maxMessageSize(section) }),
    section,
  };
}

function rejectionOf(section: Section, bundle: readonly string[] | undefined): Rejection | undefined {
  if (section.port === 0 && !(section.bundleOnly && bundle?.includes(section.mid))) return 'stopped';
  switch (section.type) {
    case 'audio':
    case 'video':
      if (!RTP_PROTOCOLS.has(section.protocol)) return 'protocol';
      if (bundle && !bundle.includes(section.mid)) return 'unbundled';
      return section.rtcpMux ? undefined : 'no_rtcp_mux';
    case 'application':
      if (!SCTP_PROTOCOLS.has(section.protocol)) return 'protocol';
      if (section.payloads !== 'webrtc-datachannel' || section.sctpPort !== SCTP_PORT) return 'sctp';
      return bundle && !bundle.includes(section.mid) ? 'unbundled' : undefined;
    default:
      return 'kind';
  }
}

function maxMessageSize({ maxMessageSize: said }: Section): number {
  if (said === undefined || said < 0) return DEFAULT_MAX_MESSAGE_SIZE;
  return said === 0 ? Number.POSITIVE_INFINITY : said;
}
