import type { ServerOffer } from '@parley/protocol/server-messages';
import type { Track } from 'node-datachannel';
import { LocalDescriptions, makePeerConnection, type PeerConnection } from './peer-connection.ts';
import type { ReceivedTrack } from './received-track.ts';
import { isRtp } from './rtp/rtp-packet.ts';

type OfferedTrack = ServerOffer['tracks'][number];

/** The receiving PeerConnection: answers the server's offers and counts what comes on each track. */
export class ReceiveConnection {
  readonly #connection: PeerConnection;
  readonly #descriptions: LocalDescriptions;
  readonly #byMid = new Map<string, ReceivedTrack>();
  /** Held, since the callbacks end with the objects. */
  readonly #tracks: Track[] = [];
  #state = 'new';

  constructor(name: string, bindAddress: string) {
    this.#connection = makePeerConnection(name, bindAddress);
    this.#connection.onStateChange((state) => {
      this.#state = state;
    });
    this.#descriptions = new LocalDescriptions(this.#connection);
    this.#connection.onTrack((track) => {
      this.#tracks.push(track);
      const mid = track.mid();
      track.onMessage((packet) => {
        if (isRtp(packet)) this.#byMid.get(mid)?.count(packet, performance.now());
      });
    });
  }

  /** Of the connection: `connected` when ICE and DTLS are through. */
  get state(): string {
    return this.#state;
  }

  /**
   * Takes an offer, one at a time.
   *
   * @param received gives the counter of a track, which may be an old acquaintance
   * @returns the answer's SDP
   * @throws {Error} when libdatachannel cannot take it
   */
  async answer(offer: ServerOffer, received: (track: OfferedTrack) => ReceivedTrack): Promise<string> {
    this.#byMid.clear();
    for (const track of offer.tracks) this.#byMid.set(track.mid, received(track));
    this.#connection.setRemoteDescription(offer.sdp, 'offer');
    return withoutUnspokenFeedback(await this.#descriptions.make('answer'));
  }

  close(): void {
    this.#connection.close();
  }
}

/**
 * libdatachannel agrees to all feedback that is offered, also to what it never sends. A server that believed it would wait for
 * bandwidth reports and retransmission requests for ever.
 */
export function withoutUnspokenFeedback(sdp: string): string {
  return sdp
    .split('\r\n')
    .filter(
      (line) =>
        !/^a=rtcp-fb:\S+ (transport-cc|goog-remb|nack)$/.test(line) &&
        // With abs-send-time a server would offer REMB once transport-cc is refused, for one more offer and answer.
        !/^a=extmap:.*(transport-wide-cc|abs-send-time)/.test(line),
    )
    .join('\r\n');
}
