import type { Offer as OfferMessage, StartScreenShare } from '@parley/protocol/client-messages';
import { ParleyError } from '@parley/protocol/errors';
import type { ServerAnswer } from '@parley/protocol/server-messages';
import { SdpError } from '@parley/sdp/errors';
import { type Offer, parseOffer } from '@parley/sdp/offer';
import type { ClientTransport } from './client-transport.ts';
import { MAX_TRACKS } from './offer-plan.ts';
import type { PublishedTrack } from './published-track.ts';
import { PublishingConnection, type PublishingHandlers } from './publishing-connection.ts';
import type { SessionContext } from './session-context.ts';

/** What an offer came to. Tracks that it ended are told through {@link PublishingHandlers.onEnded}. */
export interface PublishOutcome {
  answer: Pick<ServerAnswer, 'sdp' | 'tracks'>;
  started: PublishedTrack[];
  refusals: ParleyError[];
  /** Whether the offer had anything to send. */
  sending: boolean;
}

/** The sending half of a session: the client's publishing PeerConnections, one for most. */
export class Publisher {
  readonly #context: SessionContext;
  readonly #handlers: PublishingHandlers;
  #connections: PublishingConnection[] = [];

  constructor(context: SessionContext, handlers: PublishingHandlers) {
    this.#context = context;
    this.#handlers = handlers;
  }

  get tracks(): PublishedTrack[] {
    return this.#connections.flatMap(({ tracks }) => tracks);
  }

  get transports(): ClientTransport[] {
    return this.#connections.flatMap(({ transport }) => transport ?? []);
  }

  /**
   * Answers an offer. One that fails leaves what was published before as it was.
   *
   * An offer of another RTCPeerConnection replaces the one that the same message opened before: a client that made a
   * new one has dropped the old.
   *
   * @throws {ParleyError} `sdp_invalid`, `publish_failed`
   */
  async offer(message: OfferMessage | StartScreenShare): Promise<PublishOutcome> {
    const offer = readOffer(message.sdp);
    const known = this.#connections.find((connection) => connection.serves(offer));
    const purpose = message.type === 'offer' ? 'main' : 'screen';
    const connection = known ?? new PublishingConnection(purpose, this.#context, this.#handlers);
    const replaced = known ? [] : this.#connections.filter((other) => other.purpose === purpose);
    // From here on `close()` closes it too, whatever it waits for.
    if (known === undefined) this.#connections.push(connection);
    const published = this.#connections.filter((other) => !replaced.includes(other));
    try {
      const { sdp, ...outcome } = await connection.apply(offer, {
        request: message.type,
        named: message.tracks ?? [],
        room: Math.max(0, MAX_TRACKS - published.flatMap(({ tracks }) => tracks).length),
      });
      for (const old of replaced) this.#drop(old);
      const sending = offer.media.some((media) => media.sending);
      return { ...outcome, sending, answer: { sdp, tracks: connection.answeredTracks } };
    } catch (error) {
      if (known === undefined) this.#drop(connection);
      throw error;
    }
  }

  /** Ends the screen share, wherever it is. */
  stopScreen(): void {
    for (const connection of [...this.#connections]) {
      connection.stopScreen();
      if (connection.purpose === 'screen' && connection.tracks.length === 0) this.#drop(connection);
    }
  }

  /** Ends what the grants do not include any more, and bounds what is sent by them. */
  async enforceGrants(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.enforceGrants()));
  }

  /** @throws {ParleyError} `track_not_found` */
  async setMuted(trackId: string, muted: boolean): Promise<void> {
    const track = this.tracks.find(({ producer }) => producer.id === trackId);
    if (track === undefined) throw new ParleyError('track_not_found', 'The participant has no such track.');
    if (muted) await track.producer.pause();
    else await track.producer.resume();
    await track.fallback?.setMuted(muted);
  }

  /** Closes every PeerConnection's end. */
  close(): void {
    for (const connection of [...this.#connections]) this.#drop(connection);
  }

  #drop(connection: PublishingConnection): void {
    this.#connections = this.#connections.filter((other) => other !== connection);
    connection.close();
    this.#handlers.onState();
  }
}

function readOffer(sdp: string): Offer {
  try {
    return parseOffer(sdp);
  } catch (error) {
    if (error instanceof SdpError) throw new ParleyError('sdp_invalid', error.message, { cause: error });
    throw error;
  }
}
