import { aboutRequest } from '@parley/protocol/about-request';
import type { SessionRequest } from '@parley/protocol/client-messages';
import { DecodeError } from '@parley/protocol/decode';
import { ParleyError } from '@parley/protocol/errors';
import type { Grants } from '@parley/protocol/grants';
import type { MediaState, SessionReport } from '@parley/protocol/link-messages';
import { SESSION_REQUESTS, TokenBucket } from '@parley/protocol/token-bucket';
import type { TicketClaims } from '@parley/protocol/tokens';
import type { Track } from '@parley/protocol/track';
import type { VideoLimit } from '../capacity/shed-step.ts';
import { DataAllowance } from '../data/data-allowance.ts';
import type { Forwarded } from '../forwarding/room-forwarding.ts';
import type { TrackDecision } from '../quality/policy.ts';
import { SubscriberQuality } from '../quality/subscriber-quality.ts';
import { SpeakerTeller, TELL_MS } from '../speakers/speaker-teller.ts';
import type { RoomRouter } from '../workers/media-worker.ts';
import type { Carrier } from './carrier.ts';
import { ClientWay } from './client-way.ts';
import { MediaStateWatch } from './media-state-watch.ts';
import { OfferRequester } from './offer-requester.ts';
import { describeTrack, type PublishedTrack } from './published-track.ts';
import { Publisher } from './publisher.ts';
import { SerialQueue } from './serial-queue.ts';
import type { SessionContext, SessionId } from './session-context.ts';
import { Subscriber } from './subscriber.ts';
import type { Subscription } from './subscription.ts';
import { TrackSelection } from './track-selection.ts';

/** What a session tells whoever opened it. */
export interface SessionHandlers {
  published(track: PublishedTrack): void;
  unpublished(trackId: string): void;
  mediaState(state: MediaState): void;
  /** A candidate came; it is not needed. */
  candidate(): void;
  /** The client wants other tracks than before: each is to be shown it again by {@link Session.showTrack}. */
  chosen(): void;
  /** {@link Session.pinnedTracks} may be others. */
  pinned(): void;
  /** Gives a track that somebody in the room publishes. */
  track(trackId: string): PublishedTrack | undefined;
  /** {@link Session.watched} may be another. */
  watches(): void;
  /** What the client was told may have been lost. */
  restored(): void;
}

/** What the ticket says of how the client wants its session. */
export type SessionTerms = Pick<TicketClaims, 'requestOffers' | 'autoSubscribe' | 'recovers'>;

/** Requests waiting for their turn beyond this are refused: no honest client has that many open. */
const MAX_WAITING = 32;

/**
 * One participant's media on this node. It speaks {@link SessionRequest} and `SessionEvent` over whatever carrier
 * it was given last; requests are handled one after the other.
 */
export class Session {
  readonly #context: SessionContext;
  readonly #handlers: SessionHandlers;
  readonly #queue = new SerialQueue(MAX_WAITING);
  readonly #requests = new TokenBucket(SESSION_REQUESTS, performance.now());
  readonly #quality: SubscriberQuality;
  readonly #publisher: Publisher;
  readonly #subscriber: Subscriber;
  readonly #requester: OfferRequester;
  readonly #teller: SpeakerTeller;
  readonly #recovers: boolean;
  readonly #selection: TrackSelection;
  readonly #way: ClientWay;
  readonly #mediaState: MediaStateWatch;
  #closed = false;

  constructor(context: SessionContext, terms: SessionTerms, carrier: Carrier, handlers: SessionHandlers) {
    this.#context = context;
    this.#way = new ClientWay(carrier, terms.recovers === true);
    this.#handlers = handlers;
    this.#recovers = terms.recovers === true;
    this.#selection = new TrackSelection(context, terms.autoSubscribe);
    const { roomId } = context;
    this.#mediaState = new MediaStateWatch(context, (state) => handlers.mediaState(state));
    const onState = () => this.#updateMediaState();
    this.#publisher = new Publisher(context, {
      onState,
      onEnded: (trackId) => handlers.unpublished(trackId),
      // Who does not know of it is not waited for.
      onCodecWanted: terms.recovers
        ? (trackId, codec, wanted) => this.#way.send({ type: 'codec-wanted', roomId, trackId, codec, wanted })
        : undefined,
      data: {
        allowance: new DataAllowance(),
        onError: ({ code, message }, requestType = 'data') =>
          this.#way.send({ type: 'error', code, message, requestType }),
        session: {
          opened: (channel) => this.#way.useChannel(channel),
          request: (request) => this.#takeFromChannel(request),
        },
      },
    });
    this.#quality = new SubscriberQuality(context, (notice) =>
      this.#way.send({ type: 'quality-changed', roomId, ...notice }),
    );
    this.#subscriber = new Subscriber(context, this.#quality, {
      onState,
      onWatched: () => handlers.watches(),
      onOffer: (offer) => this.#way.send({ type: 'offer', roomId, ...offer }),
      // Its answers say what a client can receive.
      onError: ({ code, message }) => this.#way.send({ type: 'error', code, message, requestType: 'answer' }),
    });
    this.#requester = new OfferRequester(() => this.#way.send({ type: 'request-offer', roomId }));
    if (!terms.requestOffers) this.#requester.stop();
    this.#teller = new SpeakerTeller({
      speakers: context.speakers,
      tell: (told) => this.#way.send({ type: 'active-speakers', roomId, ...told }),
      interval: () => (this.#way.isOwn ? TELL_MS.own : TELL_MS.room),
    });
  }

  get participantId(): string {
    return this.#context.participantId;
  }

  get id(): SessionId {
    const { participantId, session } = this.#context;
    return { participantId, session };
  }

  get router(): RoomRouter {
    return this.#context.router;
  }

  /** The way to the client now. */
  get carrier(): Carrier {
    return this.#way.carrier;
  }

  /** What the participant publishes on this node. */
  get published(): PublishedTrack[] {
    return this.#publisher.tracks;
  }

  /** What the participant publishes, as others see it. */
  get tracks(): Track[] {
    return this.published.map(describeTrack);
  }

  /** What is on its way to the participant. */
  get subscriptions(): Subscription[] {
    return this.#subscriber.subscriptions;
  }

  /** How many layers of others' videos are wanted for the participant, by track id. */
  get watched(): ReadonlyMap<string, number> {
    return this.#subscriber.watched;
  }

  /** PeerConnections that the node has an end of. */
  get transports(): number {
    return this.#publisher.transports.length + (this.#subscriber.transport === undefined ? 0 : 1);
  }

  /** The state that was told last. */
  get mediaState(): MediaState | undefined {
    return this.#mediaState.state;
  }

  /** Asks the client for its first offer. */
  start(): void {
    this.#requester.start();
  }

  /** The client speaks over another carrier from now on; media is untouched. */
  attach(carrier: Carrier): void {
    this.#way.attach(carrier);
    this.carrierRestored();
  }

  /** Handles a client's message after those before it; failures go to the client. Never rejects. */
  async handle(request: SessionRequest): Promise<void> {
    if (this.#closed) return;
    // For a session that is void.
    if (request.session !== undefined && request.session !== this.#context.session) return;
    try {
      if (!this.#requests.take(performance.now())) {
        throw new ParleyError(
          'rate_limited',
          `Send no more than ${SESSION_REQUESTS.rate} requests a second.`,
        );
      }
      const done = this.#queue.run(async () => {
        if (!this.#closed) await this.#dispatch(request);
      });
      if (done === undefined) {
        throw new ParleyError('invalid_message', 'Wait for answers before sending more requests.');
      }
      await done;
    } catch (error) {
      this.#report(error, request);
    }
  }

  /** Mutes or unmutes a track. @throws {ParleyError} `track_not_found` */
  async setMuted(trackId: string, muted: boolean): Promise<void> {
    await this.#publisher.setMuted(trackId, muted);
  }

  /** Whether the participant may receive others' tracks. */
  get subscribes(): boolean {
    return this.#context.grants.subscribe;
  }

  /** Other grants hold from now on, at once: what may no longer be published ends. */
  async setGrants(grants: Grants): Promise<void> {
    // The session's parts share it.
    const { grants: held } = this.#context;
    // Absent is no bound, whatever there was before.
    delete held.maxReceiveBitrate;
    Object.assign(held, grants);
    await this.enforceBounds();
  }

  /** The grants or the room's options say otherwise what may be sent and received, at once. */
  async enforceBounds(): Promise<void> {
    await Promise.all([this.#publisher.enforceGrants(), this.#subscriber.applyBounds()]);
  }

  /** The room's load allows more video or less: what is sent changes, and the client is told. */
  async limitVideo(limit: VideoLimit): Promise<void> {
    this.#quality.limit = limit;
    await this.#applyQuality();
  }

  /** In a room that forwards the loudest only: whom to send, and of whom to have m-lines; everybody when undefined. */
  forward(forwarded: Forwarded | undefined): void {
    this.#selection.lines = forwarded?.lines;
    this.#quality.forwarded = forwarded?.participants;
    void this.#applyQuality();
  }

  /** Tracks that the client has pinned; they may be gone. */
  get pinnedTracks(): readonly string[] {
    return this.#quality.pinned;
  }

  /** What is to be sent of a track that the participant receives, under a limit. */
  layerUnder(track: PublishedTrack, limit: VideoLimit): TrackDecision {
    return this.#quality.choose(track, limit);
  }

  /** Somebody else's track is there for this participant: it gets it if it may and wants to, else no longer. */
  showTrack(track: PublishedTrack): void {
    if (this.#closed) return;
    const { id } = track.producer;
    if (this.#selection.gets(track)) return this.#subscriber.add(track);
    this.#quality.removed(id);
    this.#subscriber.remove(id);
  }

  /** Somebody else's track is gone. */
  removeTrack(trackId: string): void {
    this.#quality.forget(trackId);
    this.#subscriber.remove(trackId);
  }

  /** How many layers of an own track anybody watches now. */
  tellWatched(trackId: string, layers: number): void {
    this.#way.send({ type: 'layers-watched', roomId: this.#context.roomId, trackId, layers });
  }

  /** Messages to the client may have been lost. */
  carrierRestored(): void {
    this.#subscriber.repeatOffer();
    this.#requester.repeat();
    for (const { fallback } of this.published) fallback?.repeat();
    this.#handlers.restored();
  }

  /**
   * Ends the participant's media (transports, producers, consumers, timers) and the way to the client. To be called once.
   *
   * @param why told to the client
   * @returns how it was, once the worker has said so
   */
  close(why: string): Promise<SessionReport> {
    this.#closed = true;
    // Nothing of what follows is news for the client.
    this.#way.close('session_ended', why);
    const report = this.#context.meter.report(this.published, this.subscriptions, performance.now());
    this.#context.logger.debug({ event: 'session-closed', why }, 'a media session ended');
    this.#requester.stop();
    this.#publisher.close();
    this.#subscriber.close();
    this.#teller.close();
    return report;
  }

  async #dispatch(request: SessionRequest): Promise<void> {
    if (request.roomId !== undefined && request.roomId !== this.#context.roomId) {
      throw new ParleyError('wrong_room', `This session is in room ${this.#context.roomId}.`);
    }
    switch (request.type) {
      case 'offer':
      case 'start-screen-share':
        await this.#publish(request);
        return;
      case 'stop-screen-share':
        this.#publisher.stopScreen();
        return;
      case 'answer':
        await this.#subscriber.answer(request);
        this.#quality.tellChanges();
        return;
      case 'update-quality': {
        const concerned = this.#quality.wish(request, this.#obtainable(request.trackId));
        await this.#subscriber.applyQuality();
        this.#quality.answer(concerned);
        return;
      }
      case 'set-view':
        this.#quality.show(request.tracks);
        this.#handlers.pinned();
        await this.#applyQuality();
        return;
      case 'restart-ice':
        this.#subscriber.restartIce();
        return;
      case 'subscribe':
        this.#selection.choice = { default: request.default, except: new Set(request.except) };
        this.#handlers.chosen();
        return;
      case 'watch-speakers':
        this.#teller.want(request.on);
        return;
      case 'ice-candidate':
        this.#handlers.candidate();
        return;
      default:
        request satisfies never;
    }
  }

  async #publish(request: Extract<SessionRequest, { type: 'offer' | 'start-screen-share' }>): Promise<void> {
    this.#requester.offered();
    const since = performance.now();
    const { answer, started, refusals, sending } = await this.#publisher.offer(request);
    const { roomId } = this.#context;
    const { type: requestType, offerId } = request;
    const named = offerId !== undefined && { offerId };
    this.#way.send({ type: 'answer', roomId, requestType, ...named, ...answer });
    this.#context.timings.negotiated('client', (performance.now() - since) / 1000);
    const counts = { tracks: answer.tracks.length, started: started.length, refused: refusals.length };
    this.#context.logger.debug({ event: 'offer-answered', requestType, ...counts }, 'an offer was answered');
    for (const refusal of refusals) this.#report(refusal, request);
    // One may have ended before it was told of: the grants have changed.
    for (const track of started) if (!this.#closed && !track.producer.closed) this.#handlers.published(track);
    if (started.length > 0) this.#requester.stop();
    else if (!sending) this.#requester.offeredNothing();
  }

  /** What the client is to get, and a track that it would get if its participant were among the loudest. */
  #obtainable(trackId: string | undefined): PublishedTrack[] {
    const { wanted } = this.#subscriber;
    const track = trackId === undefined ? undefined : this.#handlers.track(trackId);
    if (track === undefined || wanted.includes(track) || !this.#selection.wants(track)) return wanted;
    return [...wanted, track];
  }

  async #applyQuality(): Promise<void> {
    await this.#subscriber.applyQuality();
    this.#quality.tellChanges();
  }

  #updateMediaState(): void {
    if (this.#closed) return;
    const transports = [...this.#publisher.transports, this.#subscriber.transport];
    this.#mediaState.update(transports.flatMap((transport) => transport?.state ?? []));
  }

  /** @throws {DecodeError} `invalid_message` for a client of which the Room has to hear that it receives */
  #takeFromChannel(request: SessionRequest): void {
    if (!this.#recovers) {
      const message =
        'The session’s channel is for clients that said recovers in join; send this to the Room.';
      throw new DecodeError('invalid_message', message, request.type);
    }
    void this.handle(request);
  }

  #report(error: unknown, request: SessionRequest): void {
    if (this.#closed) return;
    const about = aboutRequest(request);
    if (error instanceof ParleyError) {
      const { code } = error;
      this.#context.logger.debug({ event: 'request-refused', ...about, code }, 'a request was refused');
      this.#way.send({ type: 'error', code: error.code, message: error.message, ...about });
      return;
    }
    this.#context.logger.error(
      { event: 'request-failed', requestType: request.type, err: error },
      'a request failed',
    );
    const message = 'The media node failed at this. Try again; if it stays, join again.';
    this.#way.send({ type: 'error', code: 'internal', message, ...about });
  }
}
