import { ParleyError } from '@parley/protocol/errors';
import { SdpError } from '@parley/sdp/errors';
import { type Answer, parseAnswer } from '@parley/sdp/receive-answer';
import {
  capabilitiesToConsume,
  initialReceiveCapabilities,
  narrowedMids,
  type ReceiveCapabilities,
  receiveCapabilities,
} from '@parley/sdp/receive-capabilities';
import { writeOffer } from '@parley/sdp/receive-offer';
import {
  addTrack,
  allocateMid,
  closeTrack,
  markOffered,
  NO_SECTIONS,
  type ReceiveSections,
  type ReceiveTrack,
  settle,
} from '@parley/sdp/receive-sections';
import type { ServerTransport } from '@parley/sdp/server-session';
import type { DtlsParameters, Producer, RtpCapabilities } from 'mediasoup/types';
import { newSessionId } from './client-transport.ts';

/** What a client's answer comes to. */
export interface Settlement {
  /** How to reach the client; absent when it rejected everything. */
  dtls: DtlsParameters | undefined;
  /** mids of tracks that the client will never take. */
  rejected: string[];
  /** mids of tracks that need another consumer, made with what the client is now known to understand. */
  narrowed: string[];
  /** mids of tracks that the client takes. */
  receiving: string[];
}

/**
 * The receiving PeerConnection in words: its m-lines, what was offered of them, and what the client is known to
 * understand. One offer is open at a time.
 */
export class ReceiveDescription {
  readonly #sessionId = newSessionId();
  #sessionVersion = 0;
  #sections: ReceiveSections = NO_SECTIONS;
  /** What the open offer was written from. */
  #offered: ReceiveSections | undefined;
  /** The m-lines as both sides have agreed on them. */
  #agreed: ReceiveSections = NO_SECTIONS;
  readonly #router: RtpCapabilities;
  #capabilities: ReceiveCapabilities;

  constructor(routerRtpCapabilities: RtpCapabilities) {
    this.#router = routerRtpCapabilities;
    this.#capabilities = initialReceiveCapabilities(routerRtpCapabilities);
  }

  /** What the client is known to be able to receive. */
  get rtpCapabilities(): RtpCapabilities {
    return this.#capabilities.rtpCapabilities;
  }

  /** Whether the client may be able to receive a codec, by its name in SDP: it has rejected none of its profiles. */
  accepts(codec: string): boolean {
    const type = `video/${codec}`.toLowerCase();
    const countIn = ({ codecs = [] }: RtpCapabilities) =>
      codecs.filter(({ mimeType }) => mimeType.toLowerCase() === type).length;
    return countIn(this.rtpCapabilities) === countIn(this.#router);
  }

  /** What to make a consumer with. */
  capabilitiesFor(producer: Producer): RtpCapabilities {
    return capabilitiesToConsume(this.rtpCapabilities, producer.consumableRtpParameters);
  }

  /** Whether the client has not been told all. */
  get changed(): boolean {
    return this.#sections.sections !== this.#agreed.sections;
  }

  /** A mid for a consumer that is about to be made. */
  allocateMid(): string {
    const { mid, sections } = allocateMid(this.#sections);
    this.#sections = sections;
    return mid;
  }

  add(track: ReceiveTrack): void {
    this.#sections = addTrack(this.#sections, track);
  }

  close(mid: string): void {
    this.#sections = closeTrack(this.#sections, mid);
  }

  /** Writes the next offer, which is open from here on. */
  offer(transport: ServerTransport): string {
    const sdp = writeOffer({
      transport,
      sections: this.#sections,
      sessionId: this.#sessionId,
      sessionVersion: this.#sessionVersion++,
    });
    this.#sections = markOffered(this.#sections);
    this.#offered = this.#sections;
    return sdp;
  }

  /**
   * Takes the answer to the open offer.
   *
   * @throws {ParleyError} `sdp_invalid`; the offer stays open then
   */
  settle(sdp: string): Settlement {
    const offered = this.#offered ?? NO_SECTIONS;
    const { answer, sections, rejected, offerAgain } = readAnswer(sdp, this.#sections, offered);
    this.#capabilities = receiveCapabilities(this.#capabilities, offered, answer);
    this.#offered = undefined;
    this.#sections = sections;
    // Firefox connects only when it is told the candidates in the m-line that carries the transport.
    this.#agreed = offerAgain ? NO_SECTIONS : this.#sections;
    return {
      dtls: answer.dtls,
      rejected,
      // Chrome takes no NACK for Opus, which costs only repairs: not worth another consumer and another offer.
      narrowed: narrowedMids(offered, answer).filter((mid) => kindOf(answer, mid) === 'video'),
      receiving: answer.media
        .filter(({ direction }) => direction === 'recvonly' || direction === 'sendrecv')
        .map(({ mid }) => mid),
    };
  }
}

function readAnswer(sdp: string, current: ReceiveSections, offered: ReceiveSections) {
  try {
    const answer = parseAnswer(sdp);
    return { answer, ...settle(current, offered, answer) };
  } catch (error) {
    if (error instanceof SdpError) throw new ParleyError('sdp_invalid', error.message, { cause: error });
    throw error;
  }
}

function kindOf({ media }: Answer, mid: string): string | undefined {
  return media.find((answered) => answered.mid === mid)?.kind;
}
