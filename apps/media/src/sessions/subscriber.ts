import type { Answer as AnswerMessage } from '@parley/protocol/client-messages';
import { ParleyError } from '@parley/protocol/errors';
import type { ServerOffer } from '@parley/protocol/server-messages';
import type { WebRtcTransport } from 'mediasoup/types';
import { applyDecision } from '../quality/apply-decision.ts';
import { EstimateBounds } from '../quality/bitrate-caps.ts';
import type { SubscriberQuality } from '../quality/subscriber-quality.ts';
import { layersWanted } from '../quality/watched-layers.ts';
import { negotiable } from '../workers/router-codecs.ts';
import { AnswerWatch } from './answer-watch.ts';
import { ClientTransport } from './client-transport.ts';
import { Coalescer } from './coalescer.ts';
import { FallbackViewers } from './fallback-viewers.ts';
import { OfferPace } from './offer-pace.ts';
import { offerPause } from './offer-pause.ts';
import { layersOf, type PublishedTrack } from './published-track.ts';
import { ReceiveDescription, type Settlement } from './receive-description.ts';
import { SerialQueue } from './serial-queue.ts';
import type { SessionContext } from './session-context.ts';
import { streamIdOf } from './sources.ts';
import { describeSubscription, type Subscription, undecodable } from './subscription.ts';

/** An offer as its owner sends it. */
export type ReceiveOffer = Pick<ServerOffer, 'offerId' | 'sdp' | 'tracks'>;

/** What the subscriber's owner hears from it. */
export interface SubscriberHandlers {
  onOffer(offer: ReceiveOffer): void;
  /** A track cannot be received by this client. */
  onError(error: ParleyError): void;
  onState(): void;
  /** The client may watch other tracks than before, or others of their layers. */
  onWatched(): void;
}

/**
 * The receiving half of a session: brings what the client gets in line with what it should get, one offer at a time.
 *
 * `wanted` is what it should get; `#reconcile` makes consumers and m-lines of the difference. A client that never
 * answers keeps its first offer open for good: nothing flows to it and nothing is offered again. One that has answered
 * before is made the same offer again.
 */
export class Subscriber {
  readonly #context: SessionContext;
  readonly #handlers: SubscriberHandlers;
  readonly #quality: SubscriberQuality;
  readonly #bounds: EstimateBounds;
  readonly #description: ReceiveDescription;
  readonly #wanted = new Map<string, PublishedTrack>();
  readonly #subscriptions = new Map<string, Subscription>();
  /** Tracks that the client has rejected or cannot decode. */
  readonly #refused = new Set<string>();
  readonly #fallbacks: FallbackViewers;
  readonly #work = new SerialQueue(Number.POSITIVE_INFINITY);
  readonly #pace = new OfferPace(performance.now());
  #transport: ClientTransport | undefined;
  #openOffer: ReceiveOffer | undefined;
  #offeredAt = 0;
  /** The offer that was answered last; one that was repeated is answered twice. */
  #settledId: string | undefined;
  /** Whether something has changed that the open offer kept from being offered. */
  #missed = false;
  readonly #answerWatch = new AnswerWatch(() => {
    // Whoever cannot be reached is told when it is back.
    if (this.#transport?.state === 'connected') this.repeatOffer();
  });
  #restartsIce = false;
  /** People join in bursts. */
  readonly #changes = new Coalescer(
    () => offerPause(this.#wanted.size),
    () => void this.#work.run(() => this.#reconcile())?.catch((error: unknown) => this.#report(error)),
  );
  #closed = false;

  constructor(context: SessionContext, quality: SubscriberQuality, handlers: SubscriberHandlers) {
    this.#context = context;
    this.#quality = quality;
    const { settings, grants, room } = context;
    this.#bounds = new EstimateBounds(() => ({ settings, grants, options: room.options }));
    this.#handlers = handlers;
    this.#description = new ReceiveDescription(
      negotiable(context.router.router.rtpCapabilities, context.settings.repair),
    );
    this.#fallbacks = new FallbackViewers(this.#description, {
      changed: (trackId) => {
        this.#refused.delete(trackId);
        this.#changes.changed();
      },
      failed: (track) => this.#refuse(track),
    });
  }

  get transport(): ClientTransport | undefined {
    return this.#transport;
  }

  /** What is on its way to the client now, paused or not. */
  get subscriptions(): Subscription[] {
    return [...this.#subscriptions.values()];
  }

  /** The tracks the client should get. */
  get wanted(): PublishedTrack[] {
    return [...this.#wanted.values()];
  }

  /** How many layers the client should get of each video that it can decode, by track id; not of fallbacks. */
  get watched(): ReadonlyMap<string, number> {
    const videos = this.wanted.filter(
      ({ producer: { kind, id } }) => kind === 'video' && !this.#refused.has(id) && !this.#fallbacks.has(id),
    );
    return new Map(videos.map((track) => [track.producer.id, layersWanted(this.#quality.choose(track))]));
  }

  add(track: PublishedTrack): void {
    if (this.#closed || this.#wanted.has(track.producer.id)) return;
    this.#wanted.set(track.producer.id, track);
    this.#handlers.onWatched();
    this.#changes.changed();
  }

  remove(trackId: string): void {
    this.#refused.delete(trackId);
    this.#fallbacks.release(trackId);
    if (!this.#wanted.delete(trackId)) return;
    this.#handlers.onWatched();
    // One that goes on was taken from this client, which may leave an offer unanswered for good.
    const { sent, consumer } = this.#subscriptions.get(trackId) ?? {};
    if (sent?.producer.closed === false) consumer?.close();
    this.#changes.changed();
  }

  /**
   * Takes the client's answer: from here media flows.
   *
   * @throws {ParleyError} `offer_not_found`, `sdp_invalid`; the offer stays open then
   */
  async answer({ offerId, sdp }: AnswerMessage): Promise<void> {
    await this.#work.run(async () => {
      if (offerId === this.#settledId) return;
      if (this.#openOffer?.offerId !== offerId || this.#transport === undefined) {
        throw new ParleyError('offer_not_found', 'Answer the latest offer, with its offerId.');
      }
      this.#pace.answered(sdp.length);
      const settlement = this.#description.settle(sdp);
      this.#openOffer = undefined;
      this.#settledId = offerId;
      this.#answerWatch.stop();
      if (settlement.dtls !== undefined) await this.#transport.connect(settlement.dtls);
      await Promise.all(this.subscriptions.map((subscription) => this.#settle(subscription, settlement)));
      await this.#quality.applied();
      this.#context.timings.negotiated('server', (performance.now() - this.#offeredAt) / 1000);
      this.#context.logger.debug({ event: 'answer-applied', offerId }, 'an answer was applied');
    });
    // What the answer itself asks for keeps media from flowing.
    if (this.#description.changed) this.#changes.hurry();
    else if (this.#missed) this.#changes.changed();
  }

  /** Brings what is sent, and its layers, in line with the wishes and the room's limit, after they have changed. */
  async applyQuality(): Promise<void> {
    this.#handlers.onWatched();
    // In its turn, or it would miss consumers that are just being made with the old wishes.
    await this.#work.run(async () => {
      await Promise.all(this.subscriptions.map((subscription) => this.#apply(subscription)));
      await this.#quality.applied();
    });
  }

  /** Brings what the client is sent at the most in line with what the server, its grants and the room say. */
  async applyBounds(): Promise<void> {
    const transport = this.#transport?.transport;
    if (transport === undefined || transport.closed) return;
    await this.#bounds.apply(transport).catch((error: unknown) => {
      if (!transport.closed) throw error;
    });
  }

  /** Offers new credentials, with which the client can come back on another network (RFC 8445 §2.4). */
  restartIce(): void {
    if (this.#transport === undefined) return;
    this.#restartsIce = true;
    this.#changes.changed();
  }

  /** Sends an open offer again: it or its answer may be lost. */
  repeatOffer(): void {
    if (this.#openOffer !== undefined) this.#handlers.onOffer(this.#openOffer);
  }

  /** Closes the transport with all consumers. */
  close(): void {
    this.#closed = true;
    this.#changes.stop();
    this.#answerWatch.stop();
    this.#quality.close();
    this.#fallbacks.close();
    this.#wanted.clear();
    this.#subscriptions.clear();
    this.#transport?.close();
  }

  async #reconcile(): Promise<void> {
    this.#missed = this.#openOffer !== undefined;
    if (this.#closed || this.#missed) return;
    for (const subscription of this.subscriptions) {
      const { track, consumer } = subscription;
      const stays = this.#wanted.get(track.producer.id) === track && !consumer.closed;
      if (!stays) this.#unsubscribe(subscription);
    }
    const missing = this.wanted.filter((track) => this.#lacks(track));
    if (missing.length === 0 && !this.#description.changed && !this.#restartsIce) return;
    // Before anything is consumed, which in a restless room would be gone before its turn.
    const wait = this.#pace.take(performance.now());
    if (wait > 0) return this.#changes.putOff(wait);
    await this.#subscribeAll(missing);
    if (this.#closed || this.#transport === undefined) return;
    if (!this.#description.changed && !this.#restartsIce) return;
    if (this.#restartsIce) await this.#transport.transport.restartIce();
    if (this.#closed) return;
    this.#restartsIce = false;
    this.#offer(this.#transport.transport);
  }

  #lacks({ producer: { id, closed } }: PublishedTrack): boolean {
    const isOut = this.#subscriptions.has(id) || this.#refused.has(id) || this.#fallbacks.waits(id);
    return !closed && !isOut;
  }

  async #subscribeAll(tracks: readonly PublishedTrack[]): Promise<void> {
    const possible = tracks.flatMap((track) => {
      const sent = this.#fallbacks.choose(track);
      return sent === undefined ? [] : [{ track, sent }];
    });
    if (possible.length === 0) return;
    this.#transport ??= await this.#openTransport();
    const { transport } = this.#transport;
    // Asked for all at once, so that a late joiner of a big room waits for one answer of the worker, not for hundreds.
    const consumed = await Promise.all(possible.map((one) => this.#consume(transport, one)));
    for (const subscription of consumed) if (subscription !== undefined) this.#subscribed(subscription);
  }

  async #consume(
    transport: WebRtcTransport,
    { track, sent }: Pick<Subscription, 'track' | 'sent'>,
  ): Promise<Subscription | undefined> {
    const mid = this.#description.allocateMid();
    const layers = layersOf(sent.producer);
    const { spatialLayer } = this.#quality.choose(track);
    try {
      const { pipes, router, settings } = this.#context;
      const consumer = await pipes.consume(sent, router.router, () =>
        transport.consume({
          producerId: sent.producer.id,
          rtpCapabilities: this.#description.capabilitiesFor(sent.producer),
          mid,
          paused: true,
          // NACK as well; off for audio unless asked for.
          enableRtx: settings.repair.nack,
          ...(layers > 1 && { preferredLayers: { spatialLayer } }),
        }),
      );
      if (!transport.closed) return { track, sent, consumer, mid, receives: false };
      // It came too late to be closed with its transport, and would be kept for good.
      consumer.close();
      return undefined;
    } catch (error) {
      // A track that ended meanwhile is no failure, and one that fails must not keep the others away.
      if (!sent.producer.closed) this.#report(error);
      return undefined;
    }
  }

  #subscribed(subscription: Subscription): void {
    const { track, consumer, mid } = subscription;
    const { producer, participantId, source } = track;
    consumer.observer.once('close', () => this.#changes.changed());
    this.#subscriptions.set(producer.id, subscription);
    this.#description.add({
      mid,
      kind: producer.kind,
      trackId: producer.id,
      streamId: streamIdOf(participantId, source),
      rtpParameters: consumer.rtpParameters,
    });
  }

  #unsubscribe({ track, sent, consumer, mid }: Subscription): void {
    // A closed producer has closed its consumers in the worker, which would only complain about closing one again.
    if (!sent.producer.closed) consumer.close();
    this.#subscriptions.delete(track.producer.id);
    this.#description.close(mid);
  }

  async #openTransport(): Promise<ClientTransport> {
    const onState = () => {
      if (opened.state === 'disconnected' && opened.transport.dtlsState === 'connected') {
        this.restartIce();
      }
      this.#handlers.onState();
    };
    const startBitrate = this.#bounds.start;
    const opened = await ClientTransport.open(this.#context.router, this.#context, onState, { startBitrate });
    try {
      // As early as this, nothing has been sent yet that the estimate could have fallen for.
      if (!this.#closed) await this.#bounds.apply(opened.transport);
    } catch (error) {
      opened.close();
      throw error;
    }
    if (this.#closed) opened.close();
    this.#quality.attach(opened.transport, startBitrate, {
      subscriptions: () => this.#subscriptions.values(),
      apply: () => this.applyQuality(),
      onError: (error) => this.#report(error),
    });
    return opened;
  }

  #offer(transport: WebRtcTransport): void {
    const sdp = this.#description.offer(transport);
    const tracks = this.subscriptions.map(describeSubscription);
    this.#openOffer = { offerId: crypto.randomUUID(), sdp, tracks };
    this.#offeredAt = performance.now();
    const { offerId } = this.#openOffer;
    this.#context.logger.debug({ event: 'offer-sent', offerId, tracks: tracks.length }, 'an offer was made');
    this.#handlers.onOffer(this.#openOffer);
    if (this.#settledId !== undefined) this.#answerWatch.start();
  }

  /** Does what the answer means for one track. */
  async #settle(subscription: Subscription, { rejected, narrowed, receiving }: Settlement): Promise<void> {
    const { track, sent, consumer, mid } = subscription;
    if (consumer.closed) return;
    if (rejected.includes(mid)) {
      consumer.close();
      this.#subscriptions.delete(track.producer.id);
      this.#fallbacks.rejected(track, sent);
      return;
    }
    if (narrowed.includes(mid)) {
      // Made anew by the next reconciliation.
      this.#unsubscribe(subscription);
      return;
    }
    subscription.receives = receiving.includes(mid) && this.#wanted.get(track.producer.id) === track;
    await this.#apply(subscription);
  }

  /** Sends what the client takes and the policy decides. A track may end meanwhile: that is no failure. */
  async #apply({ consumer, track, sent, receives: takes }: Subscription): Promise<void> {
    if (consumer.closed) return;
    const { tight } = this.#quality;
    try {
      await applyDecision(consumer, this.#quality.choose(track), {
        takes,
        tight,
        outdated: this.#quality.takeOutdated(track.producer.id),
        layers: layersOf(sent.producer),
      });
    } catch (error) {
      // The producer is known to be closed before its consumers are.
      if (!consumer.closed && !sent.producer.closed) this.#report(error);
    }
  }

  #refuse(track: PublishedTrack): void {
    this.#refused.add(track.producer.id);
    this.#handlers.onWatched();
    this.#handlers.onError(undecodable(track));
  }

  /** What went wrong where no request of the client waits for it. */
  #report(error: unknown): void {
    if (this.#closed) return;
    this.#context.logger.error({ event: 'subscribe-failed', err: error }, 'a subscription failed');
  }
}
