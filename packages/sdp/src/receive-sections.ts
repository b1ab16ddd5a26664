import type { MediaKind, RtpParameters } from 'mediasoup/types';
import { SdpError } from './errors.ts';
import type { Answer } from './receive-answer.ts';

/** A remote track that a client is to receive. */
export interface ReceiveTrack {
  /** From {@link allocateMid}; the one its consumer was made with. */
  readonly mid: string;
  readonly kind: MediaKind;
  readonly trackId: string;
  /** The same for tracks that are to be played in sync: a participant's camera and microphone. */
  readonly streamId: string;
  /** Of the consumer. */
  readonly rtpParameters: RtpParameters;
}

/**
 * An m-line of a receive PeerConnection.
 *
 * - `open`: carries its track.
 * - `idle`: its track is closed, but it holds the transport of the BUNDLE group, so it stays, inactive.
 * - `closing`: its track is closed; the next offer says so with port 0.
 * - `closed`: port 0 is agreed; the m-line is free for another track, under a new mid (RFC 8829 §5.2.2).
 */
export interface ReceiveSection extends ReceiveTrack {
  readonly state: 'open' | 'idle' | 'closing' | 'closed';
  /** The client has seen this mid in an offer. */
  readonly offered: boolean;
  /** What the client takes the m-line for until it sees this mid. */
  readonly replaces?: ReceiveSection;
}

/**
 * The m-lines of a receive PeerConnection, in order. A value: every function returns a new one. m-lines never
 * move and never disappear, and no mid is used twice.
 */
export interface ReceiveSections {
  readonly sections: readonly ReceiveSection[];
  readonly nextMid: number;
  /** mid of the m-line whose transport the BUNDLE group uses, once an answer has settled it. */
  readonly anchor?: string;
  /**
   * False once a client has answered a stopped m-line with a port, as libdatachannel and aiortc do: it knows nothing of stopping,
   * and cannot give the m-line another mid either. Default true.
   */
  readonly recycle?: boolean;
}

export const NO_SECTIONS: ReceiveSections = { sections: [], nextMid: 0 };

/**
 * Reserves a mid, which `transport.consume({mid})` needs before the track can be added. A reserved mid that is
 * then not used is lost, at no cost. mids are numbers: the RTP header extension has room for 8 characters in mediasoup.
 */
export function allocateMid(current: ReceiveSections): { mid: string; sections: ReceiveSections } {
  return { mid: String(current.nextMid), sections: { ...current, nextMid: current.nextMid + 1 } };
}

/**
 * Gives a track an m-line: a closed one of its kind (Firefox cannot change the kind), else a new one at the end.
 * Not one before the m-line that carries the transport: Chrome fails to set up such a one.
 *
 * @throws {TypeError} if the mid was not allocated or is in use.
 */
export function addTrack(current: ReceiveSections, track: ReceiveTrack): ReceiveSections {
  const number = /^\d{1,8}$/.test(track.mid) ? Number(track.mid) : Number.NaN;
  if (!(number < current.nextMid)) throw new TypeError(`mid '${track.mid}' was not allocated`);
  if (current.sections.some(({ mid }) => mid === track.mid)) {
    throw new TypeError(`mid '${track.mid}' is in use`);
  }
  const { recycle = true } = current;
  const anchor = anchorOf(current);
  const after = current.sections.findIndex(({ mid }) => mid === anchor);
  const free = current.sections.findIndex(
    ({ state, kind }, index) => recycle && index > after && state === 'closed' && kind === track.kind,
  );
  const replaces = current.sections[free];
  const section: ReceiveSection = { ...track, state: 'open', offered: false, ...(replaces && { replaces }) };
  const sections = replaces ? current.sections.with(free, section) : [...current.sections, section];
  return { ...current, sections };
}

/** Takes a track away. A mid that is not open is left as it is: closing twice is no mistake. */
export function closeTrack(current: ReceiveSections, mid: string): ReceiveSections {
  return replace(current, mid, (section) => {
    if (section.state !== 'open') return section;
    // Chrome refuses a stopped m-line that goes on to another mid without coming to life.
    if (!section.offered) return section.replaces ?? { ...section, state: 'closed' };
    // Chrome takes down the transport of the whole group when the m-line that holds it is stopped.
    return { ...section, state: mid === anchorOf(current) ? 'idle' : 'closing' };
  });
}

/** To be called as an offer is written from them; its result is what {@link settle} needs beside the answer. */
export function markOffered(current: ReceiveSections): ReceiveSections {
  const sections = current.sections.map(({ replaces: _, ...section }) => ({ ...section, offered: true }));
  return { ...current, sections };
}

/** What an answer has changed. */
export interface Settled {
  readonly sections: ReceiveSections;
  /** mids of tracks that the client rejected (port 0): their consumers are to be closed. */
  readonly rejected: string[];
  /**
   * The client rejected the m-line that the offer named to carry the transport, and another carries it now. Offer
   * again at once: Firefox connects only when it is told the candidates there.
   */
  readonly offerAgain: boolean;
}

/**
 * Applies the client's answer.
 *
 * @param current the m-lines as they are now: tracks may have come and gone since the offer.
 * @param offered what the offer was written from.
 * @throws {SdpError} `sdp_malformed` if the answer does not fit the offer (RFC 8829 §5.11).
 */
export function settle(current: ReceiveSections, offered: ReceiveSections, answer: Answer): Settled {
  checkFits(offered, answer);
  let sections = current;
  const rejected: string[] = [];
  for (const [index, { mid, state }] of offered.sections.entries()) {
    const stopped = state === 'closing' || state === 'closed';
    const isRejected = answer.media[index]?.rejected === true;
    if (stopped && !isRejected) sections = { ...sections, recycle: false };
    if (!stopped && !isRejected) continue;
    if (!stopped && state === 'open') rejected.push(mid);
    sections = replace(sections, mid, (section) => ({ ...section, state: 'closed' }));
  }
  const live = (mid: string | undefined) =>
    offered.sections.some(
      (section, index) =>
        section.mid === mid && !answer.media[index]?.rejected && ['open', 'idle'].includes(section.state),
    );
  if (!live(sections.anchor)) {
    const carrier = answer.bundle?.find(live);
    const { anchor: _, ...rest } = sections;
    sections = carrier === undefined ? rest : { ...rest, anchor: carrier };
    // Its track may have ended since the offer; it was to be stopped then, which it must not be any more.
    if (carrier !== undefined) {
      sections = replace(sections, carrier, (section) =>
        section.state === 'closing' ? { ...section, state: 'idle' } : section,
      );
    }
  }
  const offerAgain = sections.anchor !== undefined && sections.anchor !== bundleOf(offered)[0];
  return { sections, rejected, offerAgain };
}

/** The mids of the BUNDLE group that an offer of these lists, the one that holds the transport first. */
export function bundleOf({ sections, anchor }: ReceiveSections): string[] {
  const live = sections.filter(({ state }) => state === 'open' || state === 'idle').map(({ mid }) => mid);
  return anchor !== undefined && live.includes(anchor)
    ? [anchor, ...live.filter((mid) => mid !== anchor)]
    : live;
}

/** Before the first answer it is the first one offered. */
function anchorOf(current: ReceiveSections): string | undefined {
  return (
    current.anchor ?? bundleOf({ ...current, sections: current.sections.filter(({ offered }) => offered) })[0]
  );
}

function replace(
  current: ReceiveSections,
  mid: string,
  change: (section: ReceiveSection) => ReceiveSection,
): ReceiveSections {
  return {
    ...current,
    sections: current.sections.map((section) => (section.mid === mid ? change(section) : section)),
  };
}

function checkFits({ sections }: ReceiveSections, { media }: Answer): void {
  if (media.length !== sections.length) {
    throw new SdpError(
      'sdp_malformed',
      `The answer has ${media.length} m-lines, the offer ${sections.length}. Answer the last offer.`,
    );
  }
  for (const [index, section] of sections.entries()) {
    const answered = media[index];
    // A stopped m-line stays stopped whatever is answered.
    const stopped = section.state === 'closing' || section.state === 'closed';
    const named = stopped || answered?.rejected || answered?.mid === section.mid;
    if (!answered || answered.type !== section.kind || !named) {
      throw new SdpError('sdp_malformed', `m-line ${index} of the answer is not that of the offer.`);
    }
  }
}
