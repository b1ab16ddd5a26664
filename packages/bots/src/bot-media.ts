import type { SessionRequest } from '@parley/protocol/client-messages';
import type { Source } from '@parley/protocol/grants';
import type { ServerAnswer, ServerOffer, SessionEvent } from '@parley/protocol/server-messages';
import { ReceiveConnection } from './receive-connection.ts';
import type { ReceivedTrack } from './received-track.ts';
import { SendConnection, type SendOptions } from './send-connection.ts';

export interface BotMediaOptions extends SendOptions {
  name: string;
  /** Whether it sends only those layers of its camera that somebody watches. */
  dynacast: boolean;
  /** The session's number. */
  session: number;
  /** Gives the counter of a track of somebody. */
  received(track: ServerOffer['tracks'][number]): ReceivedTrack;
  /** Something went wrong that should not. */
  onProblem(problem: string): void;
}

/** One media session of a bot: its two PeerConnections and their negotiation, over whatever carrier there is. */
export class BotMedia {
  readonly session: number;
  /** The ids of what is published, by source. */
  readonly published = new Map<Source, string>();
  readonly #options: BotMediaOptions;
  #sending: SendConnection | undefined;
  #receiving: ReceiveConnection | undefined;
  #send: ((request: SessionRequest) => void) | undefined;
  /** The SDP of the offer that has not been answered. */
  #offered: string | undefined;
  #answered: { offerId: string; sdp: string } | undefined;
  #turn: Promise<void> = Promise.resolve();
  #closed = false;
  #idles = false;

  constructor(options: BotMediaOptions) {
    this.#options = options;
    this.session = options.session;
  }

  /** Whether everything to publish has been answered and the connection stands. */
  get isPublishing(): boolean {
    const { sources } = this.#options;
    return sources.length === 0 || (this.published.size > 0 && this.#sending?.state === 'connected');
  }

  get sentPackets(): number {
    return this.#sending?.sentPackets ?? 0;
  }

  /** See {@link SendConnection.sentLayers}. */
  get sentLayers(): number[] {
    return this.#sending?.sentLayers ?? [];
  }

  /** Whether somebody's media can come. */
  get isReceiving(): boolean {
    return this.#receiving?.state === 'connected';
  }

  /** There is a way to the node now, or none any more. An offer whose answer may have been lost is sent again. */
  carriedBy(send: ((request: SessionRequest) => void) | undefined): void {
    this.#send = send;
    if (send === undefined || this.#closed) return;
    if (this.#offered !== undefined) this.#request({ type: 'offer', sdp: this.#offered });
    else if (this.#sending === undefined && this.#options.sources.length > 0)
      this.#inTurn(() => this.#offer());
  }

  /** What the node says. */
  handle(event: SessionEvent): void {
    switch (event.type) {
      case 'request-offer':
        this.#inTurn(() => this.#offer());
        return;
      case 'answer':
        this.#inTurn(async () => this.#takeAnswer(event));
        return;
      case 'offer':
        this.#inTurn(() => this.#answer(event));
        return;
      case 'layers-watched':
        if (this.#options.dynacast && event.trackId === this.published.get('camera'))
          this.#sending?.setWatched(event.layers);
        return;
      case 'quality-changed':
      case 'codec-wanted':
      case 'active-speakers':
      case 'error':
        return;
    }
    event satisfies never;
  }

  /** Sends a request of the bot's user to the node; lost without a carrier, as on a broken socket. */
  request(request: SessionRequest): void {
    this.#request(request);
  }

  /** See {@link SendConnection.setAudioLevel}. */
  setAudioLevel(dbov: number): void {
    this.#options.audioLevel = dbov;
    this.#sending?.setAudioLevel(dbov);
  }

  /** See {@link SendConnection.setIdle}. */
  setIdle(idles: boolean): void {
    this.#idles = idles;
    this.#sending?.setIdle(idles);
  }

  close(): void {
    this.#closed = true;
    this.#sending?.close();
    this.#receiving?.close();
  }

  async #offer(): Promise<void> {
    if (this.#options.sources.length === 0 || this.#offered !== undefined) return;
    this.#sending ??= new SendConnection(`${this.#options.name}-sends`, this.#options);
    this.#sending.setIdle(this.#idles);
    this.#offered = await this.#sending.offer();
    this.#request({ type: 'offer', sdp: this.#offered });
  }

  #takeAnswer({ requestType, sdp, tracks }: ServerAnswer): void {
    // The second answer to an offer that was sent over two carriers.
    if (requestType !== 'offer' || this.#offered === undefined) return;
    this.#offered = undefined;
    this.#sending?.answer(sdp);
    for (const { source, trackId } of tracks) this.published.set(source, trackId);
  }

  async #answer(offer: ServerOffer): Promise<void> {
    const { offerId } = offer;
    if (this.#answered?.offerId !== offerId) {
      this.#receiving ??= new ReceiveConnection(`${this.#options.name}-receives`, this.#options.bindAddress);
      const sdp = await this.#receiving.answer(offer, this.#options.received);
      this.#answered = { offerId, sdp };
    }
    this.#request({ type: 'answer', ...this.#answered });
  }

  #request(request: SessionRequest): void {
    if (!this.#closed) this.#send?.({ ...request, session: this.session });
  }

  /** One negotiation after the other. */
  #inTurn(step: () => Promise<void>): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#closed) return;
      try {
        await step();
      } catch (error) {
        this.#options.onProblem(`negotiation: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  }
}
