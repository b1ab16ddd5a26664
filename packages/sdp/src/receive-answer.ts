import type { DtlsParameters, MediaKind } from 'mediasoup/types';
import type { MediaDescription } from 'sdp-transform';
import { ANSWER_LIMITS, type SdpLimits } from './limits.ts';
import { checkMids, readBundle, readSection, type Section } from './section.ts';
import { type Origin, parseSession } from './session.ts';
import { type IceCredentials, readDtls, readIce } from './transport-attributes.ts';

/** A client's answer on its receive PeerConnection, validated. */
export interface Answer {
  readonly origin: Origin;
  /** Absent when every m-line is rejected. */
  readonly ice?: IceCredentials;
  /** For `transport.connect()`: the role is the client's. Absent when every m-line is rejected. */
  readonly dtls?: DtlsParameters;
  readonly media: readonly AnsweredMedia[];
  /** mids of the BUNDLE group, in its order; undefined where the answer has no group. */
  readonly bundle?: readonly string[];
}

/** One m-line of an answer. */
export interface AnsweredMedia {
  readonly index: number;
  /** Empty only where `rejected`. */
  readonly mid: string;
  readonly type: string;
  readonly kind?: MediaKind;
  /** The client stopped it, or cannot do what it offers (port 0). */
  readonly rejected: boolean;
  /** `recvonly` for a track the client receives, `inactive` for one it does not want now. */
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** The m-line's attributes, validated. */
  readonly section: Section;
}

/**
 * Reads a client's answer. Whether it fits the offer is for `settle()`.
 *
 * @throws {SdpError} whatever is wrong with it; nothing else.
 */
export function parseAnswer(sdp: string, limits: SdpLimits = ANSWER_LIMITS): Answer {
  const { description, origin } = parseSession(sdp, limits);
  const bundle = readBundle(description);
  const sections = description.media.map((raw) => readSection(raw, description, 'receives'));
  checkMids(sections);
  const media = sections.map((section, index): AnsweredMedia => {
    const kind = section.type === 'audio' || section.type === 'video' ? section.type : undefined;
    return {
      index,
      mid: section.mid,
      type: section.type,
      ...(kind && { kind }),
      rejected: section.port === 0,
      direction: section.direction ?? 'sendrecv',
      section,
    };
  });
  const base = { origin, media, ...(bundle && { bundle }) };
  const live = media.filter(({ rejected }) => !rejected);
  const tagged = live.find(({ mid }) => mid === bundle?.[0]) ?? live[0];
  if (!tagged) return base;
  const raw: MediaDescription | undefined = description.media[tagged.index];
  return { ...base, ice: readIce(description, raw), dtls: readDtls(description, raw) };
}
