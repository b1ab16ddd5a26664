import { ParleyError } from '@parley/protocol/errors';
import type { ServerAnswer } from '@parley/protocol/server-messages';
import { type MediaDecision, writeAnswer } from '@parley/sdp/answer';
import { withKnownSsrcs } from '@parley/sdp/known-ssrcs';
import type { Offer, OfferedMedia } from '@parley/sdp/offer';
import {
  isIceRestart,
  isSamePeerConnection,
  type TransportChange,
  transportChange,
  transportMid,
} from '@parley/sdp/peer-connection';
import { type SendOptions, type SendParameters, sendParameters } from '@parley/sdp/send-parameters';
import type { Producer } from 'mediasoup/types';
import { mostSent } from '../quality/bitrate-caps.ts';
import { negotiable } from '../workers/router-codecs.ts';
import { ClientTransport, newSessionId } from './client-transport.ts';
import { type DataHandlers, DataLine } from './data-line.ts';
import { FallbackCodec } from './fallback-codec.ts';
import { type LineStep, type OfferContext, planOffer } from './offer-plan.ts';
import { codecName, type PublishedTrack } from './published-track.ts';
import { type Line, PublishingLines } from './publishing-lines.ts';
import type { SessionContext } from './session-context.ts';
import { isScreenSource } from './sources.ts';

/** What an offer came to. */
export interface OfferOutcome {
  sdp: string;
  started: PublishedTrack[];
  /** Why m-lines were rejected. */
  refusals: ParleyError[];
}

const LOST_TRANSPORT =
  'The m-line that carries the transport was stopped, and with it all others are cut off. Open a new ' +
  'RTCPeerConnection; make the first transceiver inactive instead of stopping it.';

type Start = Extract<LineStep, { step: 'start' }>;

/** What the owner of a publishing PeerConnection hears of it. */
export interface PublishingHandlers {
  /** A transport's state changed, or it is gone. */
  onState(): void;
  /** A track that had been started ended, whoever ended it. */
  onEnded(trackId: string): void;
  /** Somebody needs a track in another codec, or no longer. Absent for clients that would not understand. */
  readonly onCodecWanted: ((trackId: string, codec: string, wanted: boolean) => void) | undefined;
  readonly data: DataHandlers;
}

/** What the owner says about an offer beside its SDP. */
export type OfferRequest = Pick<OfferContext, 'request' | 'named' | 'room'>;

/** One PeerConnection on which a client publishes: its transport, its m-lines and their producers. */
export class PublishingConnection {
  /** `main` for what `offer` brought, `screen` for one that `start-screen-share` opened. */
  readonly purpose: 'main' | 'screen';
  readonly #context: SessionContext;
  readonly #handlers: PublishingHandlers;
  readonly #lines = new PublishingLines();
  readonly #data: DataLine;
  readonly #sessionId = newSessionId();
  #sessionVersion = 0;
  #transport: ClientTransport | undefined;
  /** The latest offer that says how to reach the client, or the latest of all before there is one. */
  #offer: Offer | undefined;
  /** mid of the m-line that carries the client's transport. */
  #carrier: string | undefined;
  #closed = false;

  constructor(purpose: 'main' | 'screen', context: SessionContext, handlers: PublishingHandlers) {
    this.purpose = purpose;
    this.#context = context;
    this.#handlers = handlers;
    this.#data = new DataLine(context, handlers.data);
  }

  get transport(): ClientTransport | undefined {
    return this.#transport;
  }

  /** What it publishes now. */
  get tracks(): PublishedTrack[] {
    return this.#lines.published.map(([, line]) => this.#track(line));
  }

  /** What it publishes now, as the answer tells the client. */
  get answeredTracks(): ServerAnswer['tracks'] {
    return this.#lines.published.map(([mid, { producer, source }]) => ({
      mid,
      trackId: producer.id,
      source,
    }));
  }

  /** Whether an offer comes from the PeerConnection that this one serves. */
  serves(offer: Offer): boolean {
    return this.#offer !== undefined && isSamePeerConnection(this.#offer, offer);
  }

  /**
   * Does what an offer asks for and answers it. When it throws, what the offer would have started is gone again.
   *
   * @throws {ParleyError} `sdp_invalid`, `publish_failed`
   */
  async apply(offer: Offer, request: OfferRequest): Promise<OfferOutcome> {
    const { router, grants, settings } = this.#context;
    const capabilities = negotiable(router.router.rtpCapabilities, settings.repair);
    const steps = planOffer(offer, {
      ...request,
      known: this.#lines,
      allowed: grants.publish,
      sourceOf: (trackId) => this.#lines.of(trackId)?.source,
      parameters: (media, hints) => sendParameters(media, capabilities, this.#sendOptions(), hints),
    });
    const change = this.#transportChange(offer);
    if (change === 'lost') throw new ParleyError('sdp_invalid', LOST_TRANSPORT);
    this.#end(steps);
    for (const mid of this.#lines.keys()) {
      if (!offer.media.some((media) => media.mid === mid)) this.#lines.delete(mid);
    }
    if (change !== 'kept') this.#dropTransport();
    const data = this.#dataOf(offer);
    if (data === undefined) this.#data.close();
    const isAlive = steps.some(({ step }) => step !== 'refuse' && step !== 'stop');
    if (isAlive || data !== undefined) await this.#reach(offer, data !== undefined);
    if (data !== undefined && this.#transport !== undefined) {
      await this.#data.open(data, this.#transport.transport);
    }
    if (this.#offer === undefined || offer.dtls !== undefined) this.#offer = offer;

    const started = await this.#startAll(steps.filter((step) => step.step === 'start'));
    const decisions = this.#decisions(steps);
    if (data !== undefined) decisions.set(data.mid, this.#data.decision);
    const sdp = writeAnswer({
      offer,
      decisions,
      sessionId: this.#sessionId,
      sessionVersion: this.#sessionVersion++,
      ...(this.#transport && { transport: this.#transport.transport }),
      ...(this.#carrier !== undefined && { transportMid: this.#carrier }),
    });
    this.#carrier = transportMid(offer, decisions, this.#carrier);
    const refusals = steps
      .filter((step) => step.step === 'refuse')
      .map(({ code, message }) => new ParleyError(code, message));
    return { sdp, started, refusals };
  }

  /** Ends the screen share on this PeerConnection. */
  stopScreen(): void {
    for (const [, line] of this.#lines.live) if (isScreenSource(line.source)) this.#endLine(line, 'held');
  }

  /** Ends what the grants do not include any more, and bounds what is sent by them and the room's options. */
  async enforceGrants(): Promise<void> {
    for (const [, line] of this.#lines.live) if (!this.#isGranted(line)) this.#endLine(line, 'past');
    const transport = this.#transport?.transport;
    if (transport === undefined || transport.closed) return;
    try {
      await transport.setMaxIncomingBitrate(this.#maxBitrate);
    } catch (error) {
      if (!transport.closed) throw error;
    }
  }

  /** Closes everything. */
  close(): void {
    this.#closed = true;
    // Those included whose producers went with their worker: others have to hear of their end as well.
    for (const line of this.#lines.values()) this.#endLine(line, 'past');
    this.#data.close();
    this.#transport?.close();
  }

  /** Most the client may send here, bit/s. */
  get #maxBitrate(): number {
    const { settings, grants, room } = this.#context;
    return mostSent({ settings, grants, options: room.options });
  }

  #sendOptions(): SendOptions {
    const { send, minBitrate, publishStartBitrate } = this.#context.settings;
    const most = Math.floor(this.#maxBitrate / 1000);
    const least = Math.min(Math.floor(minBitrate / 1000), most);
    const start = Math.floor(publishStartBitrate / 1000);
    return {
      ...send,
      codecOptions: {
        ...send.codecOptions,
        videoGoogleStartBitrate: Math.max(least, Math.min(start, most)),
        ...(least > 0 && { videoGoogleMinBitrate: least }),
      },
    };
  }

  #isGranted({ source }: Line): boolean {
    return this.#context.grants.publish.includes(source);
  }

  #track({ producer, source, fallback }: Line): PublishedTrack {
    const { participantId, router } = this.#context;
    return { participantId, source, producer, router, ...(fallback && { fallback }) };
  }

  #transportChange(offer: Offer): TransportChange {
    if (this.#transport === undefined || this.#offer === undefined) return 'kept';
    return transportChange(this.#carrier, this.#offer, offer);
  }

  /** The client has closed its end. */
  #dropTransport(): void {
    if (this.#transport === undefined) return;
    this.#data.close();
    this.#transport.close();
    this.#transport = undefined;
    this.#carrier = undefined;
    this.#handlers.onState();
  }

  /** The m-line for data channels, which a participant has on one PeerConnection: not on that of a screen. */
  #dataOf(offer: Offer): OfferedMedia | undefined {
    return this.purpose === 'main' ? this.#data.find(offer, this.#transport?.transport) : undefined;
  }

  /** Makes sure of a transport that the offer's author reaches. */
  async #reach({ ice, dtls }: Offer, data: boolean): Promise<void> {
    if (dtls === undefined || ice === undefined) return;
    if (this.#transport === undefined) {
      const opened = await ClientTransport.open(this.#context.router, this.#context, this.#handlers.onState, {
        data,
      });
      if (this.#closed) opened.close();
      this.#transport = opened;
      await opened.transport.setMaxIncomingBitrate(this.#maxBitrate);
      await opened.connect(dtls);
    } else if (this.#offer !== undefined && isIceRestart(this.#offer, { ...this.#offer, ice })) {
      await this.#transport.transport.restartIce();
    }
  }

  #end(steps: readonly LineStep[]): void {
    for (const step of steps) {
      const line = this.#lines.get(step.mid);
      if (line === undefined) continue;
      if (step.step === 'idle' && !step.held && line.state === 'held') line.state = 'past';
      const ends = step.step === 'stop' || step.step === 'refuse' || (step.step === 'start' && step.replaces);
      if (ends && line.state === 'live') this.#endLine(line, 'past');
    }
  }

  #endLine(line: Line, state: 'held' | 'past'): void {
    // A fallback ends with its track.
    if (line.state !== 'live') return;
    line.state = state;
    // Asked before the producer is closed, and answered in that order.
    line.streams = line.producer.getStats().catch(() => []);
    const { producer, fallback, fallbackFor } = line;
    producer.close();
    if (fallbackFor !== undefined) {
      this.#lines.of(fallbackFor)?.fallback?.use(undefined);
      return;
    }
    fallback?.close();
    for (const [, other] of this.#lines.live)
      if (other.fallbackFor === producer.id) this.#endLine(other, 'past');
    this.#handlers.onEnded(producer.id);
  }

  async #startAll(starts: readonly Start[]): Promise<PublishedTrack[]> {
    const started: [string, Line][] = [];
    try {
      for (const start of starts) started.push([start.mid, await this.#start(start)]);
    } catch (error) {
      // Nobody has heard of them yet.
      for (const [, { producer }] of started) producer.close();
      throw error;
    }
    for (const [mid, line] of started) {
      this.#lines.set(mid, line);
      const main = this.#lines.of(line.fallbackFor);
      // The grants may have changed while the worker made it, or its track has ended; nobody has heard of it.
      if (this.#isGranted(line) && (line.fallbackFor === undefined || main !== undefined)) {
        main?.fallback?.use(this.#track(line));
        continue;
      }
      line.state = 'past';
      line.producer.close();
    }
    return started
      .filter(([, { state, fallbackFor }]) => state === 'live' && fallbackFor === undefined)
      .map(([, line]) => this.#track(line));
  }

  /** Of a video: what else the client could send it in, on demand. */
  #fallbackOf(producer: Producer, { kind, codecs }: SendParameters): FallbackCodec | undefined {
    const ask = this.#handlers.onCodecWanted;
    if (ask === undefined || kind !== 'video') return undefined;
    const others = codecs.filter((codec) => codec !== codecName(producer));
    return new FallbackCodec(others, (codec, wanted) => ask(producer.id, codec, wanted));
  }

  async #start({ mid, source, parameters, fallbackFor }: Start): Promise<Line> {
    try {
      const transport = this.#transport?.transport;
      if (transport === undefined) throw new Error('no transport');
      const streams = (await this.#lines.get(mid)?.streams) ?? [];
      const { kind, rtpParameters } = withKnownSsrcs(parameters, streams);
      const paused = this.#lines.of(fallbackFor)?.producer.paused ?? false;
      const producer = await transport.produce({ kind, rtpParameters, paused });
      if (transport.closed) {
        // It came too late to be closed with its transport, and would be kept for good.
        producer.close();
        throw new Error('the connection was closed meanwhile');
      }
      const line: Line = { source, parameters, producer, fallbackFor, state: 'live' };
      const fallback = fallbackFor === undefined ? this.#fallbackOf(producer, parameters) : undefined;
      return { ...line, ...(fallback && { fallback }) };
    } catch (cause) {
      const what = cause instanceof Error ? cause.message : String(cause);
      throw new ParleyError(
        'publish_failed',
        `The ${source} with mid ${mid} could not be published (${what}). Offer again, or open a new RTCPeerConnection.`,
        { cause },
      );
    }
  }

  #decisions(steps: readonly LineStep[]): Map<string, MediaDecision> {
    const decisions = new Map<string, MediaDecision>();
    for (const { step, mid } of steps) {
      const line = this.#lines.get(mid);
      // An m-line that was accepted once may carry the transport of the others, where there is one.
      const stays = line !== undefined && this.#transport !== undefined;
      if (step === 'refuse') decisions.set(mid, { action: stays ? 'inactive' : 'reject' });
      else if (line?.state === 'live') decisions.set(mid, this.#accept(line.parameters));
      else decisions.set(mid, { action: 'inactive' });
    }
    return decisions;
  }

  #accept(parameters: SendParameters): MediaDecision {
    if (parameters.kind === 'audio') return { action: 'accept', parameters };
    return { action: 'accept', parameters, maxBitrate: this.#maxBitrate };
  }
}
