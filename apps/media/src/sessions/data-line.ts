import { MAX_DATA_FRAME_BYTES, MAX_SESSION_CHANNEL_BYTES } from '@parley/protocol/data-channels';
import { ParleyError } from '@parley/protocol/errors';
import type { MediaDecision } from '@parley/sdp/answer';
import type { Offer, OfferedMedia } from '@parley/sdp/offer';
import type { WebRtcTransport } from 'mediasoup/types';
import type { DataEnd, DataOwner } from '../data/data-end.ts';
import type { SessionContext } from './session-context.ts';

/** What a session hears of its client's data channels, and allows there. */
export type DataHandlers = Pick<DataOwner, 'allowance' | 'onError' | 'session'>;

/** The m-line of a publishing PeerConnection that carries its data channels: none, or one for as long as the transport lives. */
export class DataLine {
  readonly #context: SessionContext;
  readonly #handlers: DataHandlers;
  #mid: string | undefined;
  #end: DataEnd | undefined;

  constructor(context: SessionContext, handlers: DataHandlers) {
    this.#context = context;
    this.#handlers = handlers;
  }

  /**
   * The m-line of an offer that has data channels or can have them. SCTP begins with the transport, so where there is one
   * without, or one whose channels were closed, no m-line can.
   */
  find(offer: Offer, transport: WebRtcTransport | undefined): OfferedMedia | undefined {
    const able = offer.media.filter(({ maxMessageSize = 0 }) => maxMessageSize >= MAX_DATA_FRAME_BYTES);
    if (transport === undefined) return able[0];
    return this.#end === undefined ? undefined : able.find(({ mid }) => mid === this.#mid);
  }

  /** Opens the channels before the client can know of them. @throws {ParleyError} `publish_failed` */
  async open({ mid, maxMessageSize = 0 }: OfferedMedia, transport: WebRtcTransport): Promise<void> {
    if (this.#end !== undefined) return;
    const { data, router, participantId, grants } = this.#context;
    try {
      const end = await data.open(
        { router: router.router, transport, maxMessageSize },
        { participantId, grants, ...this.#handlers },
      );
      if (transport.closed) {
        end.close();
        throw new Error('the connection was closed meanwhile');
      }
      this.#end = end;
      this.#mid = mid;
    } catch (cause) {
      const message = 'The data channels could not be opened. Offer again, or open a new RTCPeerConnection.';
      throw new ParleyError('publish_failed', message, { cause });
    }
  }

  /** What is to be answered to the m-line that {@link find} found. */
  get decision(): MediaDecision {
    return { action: 'data', maxMessageSize: MAX_SESSION_CHANNEL_BYTES };
  }

  close(): void {
    this.#end?.close();
    this.#end = undefined;
    this.#mid = undefined;
  }
}
