import type { Answer as AnswerMessage } from '@parley/protocol/client-messages';
import { ParleyError } from '@parley/protocol/errors';
import type { ServerOffer } from '@parley/protocol/server-messages';
import type { MediaKind } from '@parley/protocol/track';
import { SdpError } from '@parley/sdp/errors';
import { type Answer, parseAnswer } from '@parley/sdp/receive-answer';
import {
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
  settle,
} from '@parley/sdp/receive-sections';
import type { Consumer, WebRtcTransport } from 'mediasoup/types';
import type { QualityWishes } from '../quality/quality-wishes.ts';
import { ClientTransport, newSessionId } from './client-transport.ts';
import { layersOf, type PublishedTrack } from './published-track.ts';
import { SerialQueue } from './serial-queue.ts';
import type { SessionContext } from './session-context.ts';
import { streamIdOf } from './sources.ts';

/** What the subscriber's owner hears from it. */
export interface SubscriberHandlers {
  onOffer(offer: Pick<ServerOffer, 'offerId' | 'sdp' | 'tracks'>): void;
  /** A track cannot be received by this client. */
  onError(error: ParleyError): void;
  onState(): void;
}

/** A track on its way to the client. */
export interface Subscription {
  track: PublishedTrack;
  consumer: Consumer;
  mid: string;
}

interface OpenOffer {
  offerId: string;
  sections: ReceiveSections;
  message: Pick<ServerOffer, 'offerId' | 'sdp' | 'tracks'>;
}

/** Changes within this time go into one offer: people join in bursts, and a camera comes with a microphone, ms. */
const COALESCE_MS = 40;

/** The `o=` user name by which libdatachannel is known: it cannot give a stopped m-line another mid. */
const LIBDATACHANNEL = 'rtc';

/**
 * The receiving half of a session: brings what the client gets in line with what it should get, one offer at a time.
 *
 * `wanted` is what it should get; `#reconcile` makes consumers and m-lines of the difference. A client that never
 * answers keeps its first offer open for good: nothing flows to it and nothing is offered again.
 */
export class Subscriber {
  readonly #context: SessionContext;
  readonly #handlers: SubscriberHandlers;
  readonly #wishes: QualityWishes;
  readonly #wanted = new Map<string, PublishedTrack>();
  readonly #subscriptions = new Map<string, Subscription>();
  /** Tracks that the client has rejected or cannot decode. */
  readonly #refused = new Set<string>();
  readonly #work = new SerialQueue(Number.POSITIVE_INFINITY);
  readonly #sessionId = newSessionId();
  #sessionVersion = 0;
  #sections: ReceiveSections = NO_SECTIONS;
  #offeredSections: ReceiveSections = NO_SECTIONS;
  #capabilities: ReceiveCapabilities;
  #transport: ClientTransport | undefined;
  #openOffer: OpenOffer | undefined;
  #restartsIce = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(context: SessionContext, wishes: QualityWishes, handlers: SubscriberHandlers) {
    this.#context = context;
    this.#wishes = wishes;
    this.#handlers = handlers;
    this.#capabilities = initialReceiveCapabilities(context.router.router.rtpCapabilities);
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

  add(track: PublishedTrack): void {
    if (this.#closed) return;
    this.#wanted.set(track.producer.id, track);
    this.#schedule();
  }

  remove(trackId: string): void {
    this.#refused.delete(trackId);
    if (this.#wanted.delete(trackId)) this.#schedule();
  }

  /**
   * Takes the client's answer: from here media flows.
   *
   * @throws {ParleyError} `offer_not_found`, `sdp_invalid`; the offer stays open then
   */
  async answer({ offerId, sdp }: AnswerMessage): Promise<void> {
    await this.#work.run(async () => {
      const open = this.#openOffer;
      if (open?.offerId !== offerId || this.#transport === undefined) {
        throw new ParleyError('offer_not_found', 'Answer the latest offer, once, with its offerId.');
      }
      const { answer, sections, rejected } = readAnswer(sdp, this.#sections, open.sections);
      if (answer.dtls !== undefined) await this.#transport.connect(answer.dtls);
      // Chrome takes no NACK for Opus, which costs only repairs: not worth a new consumer and another offer.
      const narrowed = narrowedMids(open.sections, answer).filter((mid) => this.#kind(mid) === 'video');
      this.#capabilities = receiveCapabilities(this.#capabilities, open.sections, answer);
      this.#sections = answer.origin.username === LIBDATACHANNEL ? { ...sections, recycle: false } : sections;
      this.#offeredSections = this.#sections;
      this.#openOffer = undefined;
      await Promise.all(
        this.subscriptions.map((subscription) => this.#settle(subscription, answer, rejected, narrowed)),
      );
    });
    this.#schedule();
  }

  /** Brings the layers of what is sent in line with the wishes, after they have changed. */
  async applyQuality(): Promise<void> {
    await Promise.all(
      this.subscriptions.map(async ({ track, consumer }) => {
        const spatialLayer = this.#layer(track);
        if (spatialLayer !== undefined && !consumer.closed)
          await consumer.setPreferredLayers({ spatialLayer });
      }),
    );
  }

  /** Sends an open offer again: the carrier lost messages. */
  repeatOffer(): void {
    if (this.#openOffer !== undefined) this.#handlers.onOffer(this.#openOffer.message);
  }

  /** Closes the transport with all consumers. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#wanted.clear();
    this.#subscriptions.clear();
    this.#transport?.close();
  }

  #schedule(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#work
        .run(() => this.#reconcile())
        ?.catch((error: unknown) => {
          if (this.#closed) return;
          const { logger, participantId, roomId } = this.#context;
          logger.error(
            { event: 'subscribe-failed', roomId, participantId, err: error },
            'a subscription failed',
          );
        });
    }, COALESCE_MS);
  }

  async #reconcile(): Promise<void> {
    if (this.#closed || this.#openOffer !== undefined) return;
    for (const { track, consumer, mid } of this.subscriptions) {
      const current = this.#wanted.get(track.producer.id);
      if (current === track && !consumer.closed) continue;
      this.#unsubscribe(track, consumer, mid);
    }
    await this.#subscribeAll(this.wanted.filter((track) => this.#lacks(track)));
    if (this.#closed) return;
    if (this.#restartsIce) await this.#transport?.transport.restartIce();
    if (this.#sections.sections !== this.#offeredSections.sections || this.#restartsIce) this.#offer();
  }

  #unsubscribe(track: PublishedTrack, consumer: Consumer, mid: string): void {
    consumer.close();
    this.#subscriptions.delete(track.producer.id);
    this.#sections = closeTrack(this.#sections, mid);
  }

  #lacks({ producer }: PublishedTrack): boolean {
    return !producer.closed && !this.#subscriptions.has(producer.id) && !this.#refused.has(producer.id);
  }

  async #subscribeAll(tracks: readonly PublishedTrack[]): Promise<void> {
    const { router } = this.#context.router;
    const { rtpCapabilities } = this.#capabilities;
    const [possible, impossible] = [[] as PublishedTrack[], [] as PublishedTrack[]];
    for (const track of tracks) {
      const can = router.canConsume({ producerId: track.producer.id, rtpCapabilities });
      (can ? possible : impossible).push(track);
    }
    for (const track of impossible) this.#refuse(track);
    if (possible.length === 0) return;
    this.#transport ??= await this.#openTransport();
    const { transport } = this.#transport;
    // Asked for all at once, so that a late joiner of a big room waits for one answer of the worker, not for hundreds.
    const consumed = await Promise.all(possible.map((track) => this.#consume(transport, track)));
    for (const subscription of consumed) if (subscription !== undefined) this.#subscribed(subscription);
  }

  async #consume(transport: WebRtcTransport, track: PublishedTrack): Promise<Subscription | undefined> {
    const { mid, sections } = allocateMid(this.#sections);
    this.#sections = sections;
    const spatialLayer = this.#layer(track);
    try {
      const consumer = await transport.consume({
        producerId: track.producer.id,
        rtpCapabilities: this.#capabilities.rtpCapabilities,
        mid,
        paused: true,
        // Off for audio unless asked for; repairs Opus where the client sends NACK.
        enableRtx: true,
        ...(spatialLayer !== undefined && { preferredLayers: { spatialLayer } }),
      });
      return { track, consumer, mid };
    } catch (error) {
      // The track ended meanwhile, which is no failure.
      if (track.producer.closed || this.#closed) return undefined;
      throw error;
    }
  }

  #subscribed(subscription: Subscription): void {
    const { track, consumer, mid } = subscription;
    const { producer, participantId, source } = track;
    consumer.observer.once('close', () => this.#schedule());
    this.#subscriptions.set(producer.id, subscription);
    this.#sections = addTrack(this.#sections, {
      mid,
      kind: producer.kind,
      trackId: producer.id,
      streamId: streamIdOf(participantId, source),
      rtpParameters: consumer.rtpParameters,
    });
  }

  async #openTransport(): Promise<ClientTransport> {
    const opened = await ClientTransport.open(this.#context.router, this.#context, () => {
      // The client is told new credentials, with which it can come back on another network (RFC 8445 §2.4).
      if (opened.state === 'disconnected' && opened.transport.dtlsState === 'connected') {
        this.#restartsIce = true;
        this.#schedule();
      }
      this.#handlers.onState();
    });
    if (this.#closed) opened.close();
    return opened;
  }

  #offer(): void {
    if (this.#transport === undefined) return;
    this.#restartsIce = false;
    const sections = this.#sections;
    const sdp = writeOffer({
      transport: this.#transport.transport,
      sections,
      sessionId: this.#sessionId,
      sessionVersion: this.#sessionVersion++,
    });
    this.#sections = markOffered(sections);
    const tracks = this.subscriptions.map(({ mid, track: { producer, participantId, source } }) => ({
      mid,
      trackId: producer.id,
      participantId,
      kind: producer.kind,
      source,
    }));
    const message = { offerId: crypto.randomUUID(), sdp, tracks };
    this.#openOffer = { offerId: message.offerId, sections: this.#sections, message };
    this.#handlers.onOffer(message);
  }

  /** What the answer means for one track. */
  async #settle(
    { track, consumer, mid }: Subscription,
    answer: Answer,
    rejected: readonly string[],
    narrowed: readonly string[],
  ): Promise<void> {
    if (consumer.closed) return;
    if (rejected.includes(mid)) {
      consumer.close();
      this.#subscriptions.delete(track.producer.id);
      this.#refuse(track);
      return;
    }
    if (narrowed.includes(mid)) {
      // Made anew by the next reconciliation, with what the client is now known to understand.
      this.#unsubscribe(track, consumer, mid);
      return;
    }
    const direction = answer.media.find((media) => media.mid === mid)?.direction;
    const receives = direction === 'recvonly' || direction === 'sendrecv';
    if (receives === consumer.paused) await (receives ? consumer.resume() : consumer.pause());
  }

  #kind(mid: string): MediaKind | undefined {
    return this.#sections.sections.find((section) => section.mid === mid)?.kind;
  }

  #refuse(track: PublishedTrack): void {
    const { producer, source, participantId } = track;
    this.#refused.add(producer.id);
    this.#handlers.onError(
      new ParleyError(
        'codec_unsupported',
        `This client cannot receive the ${source} of participant ${participantId} (track ${producer.id}): it accepts no ${producer.rtpParameters.codecs[0]?.mimeType}.`,
      ),
    );
  }

  #layer(track: PublishedTrack): number | undefined {
    return layersOf(track.producer) > 1 ? this.#wishes.choose(track).spatialLayer : undefined;
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
