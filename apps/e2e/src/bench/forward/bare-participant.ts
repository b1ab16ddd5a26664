import type { ServerMessage } from '@parley/protocol/server-messages';
import { type MediaDecision, writeAnswer } from '@parley/sdp/answer';
import { parseOffer } from '@parley/sdp/offer';
import { parseAnswer } from '@parley/sdp/receive-answer';
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
  settle,
} from '@parley/sdp/receive-sections';
import { sendParameters } from '@parley/sdp/send-parameters';
import type { Consumer, Producer, WebRtcTransport } from 'mediasoup/types';
import type { BareRoom, BareRouter } from './bare-room.ts';

/** What somebody publishes, and where. */
export interface BareTrack {
  participantId: string;
  producer: Producer;
  router: BareRouter;
}

/** Of the configuration that the media node has too. */
export interface BareSettings {
  /** bit/s below which the estimate towards a client does not fall. */
  minBitrate: number;
  /** Whether lost packets are asked for again. */
  nack: boolean;
}

/** One client of bare mediasoup: two transports, producers, consumers, and what a bot has to be told; nothing else. */
export class BareParticipant {
  readonly id = crypto.randomUUID();
  readonly #room: BareRoom;
  readonly #router: BareRouter;
  readonly #settings: BareSettings;
  readonly #send: (message: ServerMessage) => void;
  readonly #sessionId = String(Math.floor(Math.random() * 1e15));
  #version = 0;
  readonly #tracks: BareTrack[] = [];
  /** By mid. */
  readonly #consumers = new Map<string, { track: BareTrack; consumer: Consumer }>();
  readonly #transports: WebRtcTransport[] = [];
  #receiving: WebRtcTransport | undefined;
  #connected = false;
  #capabilities: ReceiveCapabilities;
  #sections: ReceiveSections = NO_SECTIONS;
  #offered: ReceiveSections | undefined;
  #changed = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(
    room: BareRoom,
    router: BareRouter,
    settings: BareSettings,
    send: (message: ServerMessage) => void,
  ) {
    this.#room = room;
    this.#settings = settings;
    this.#router = router;
    this.#send = send;
    this.#capabilities = initialReceiveCapabilities(router.router.rtpCapabilities);
  }

  get tracks(): readonly BareTrack[] {
    return this.#tracks;
  }

  /** Takes what the client publishes. */
  async publish(sdp: string): Promise<void> {
    const offer = parseOffer(sdp);
    const transport = await this.#open();
    if (offer.dtls !== undefined) await transport.connect({ dtlsParameters: offer.dtls });
    const { router } = this.#router;
    const decisions = new Map<string, MediaDecision>();
    const tracks: Extract<ServerMessage, { type: 'answer' }>['tracks'] = [];
    for (const media of offer.media) {
      const parameters = sendParameters(media, router.rtpCapabilities, this.#room.send);
      if (parameters === undefined) continue;
      const { kind, rtpParameters } = parameters;
      const producer = await transport.produce({ kind, rtpParameters });
      decisions.set(media.mid, { action: 'accept', parameters });
      const source = kind === 'audio' ? 'microphone' : 'camera';
      tracks.push({ mid: media.mid, trackId: producer.id, source });
      this.#tracks.push({ participantId: this.id, producer, router: this.#router });
    }
    const answer = writeAnswer({ offer, transport, decisions, ...this.#identity() });
    this.#send({ type: 'answer', roomId: this.#room.id, sdp: answer, requestType: 'offer', tracks });
  }

  /** Brings what the client gets in line with what there is. */
  update(): void {
    this.#changed = true;
    this.#turn = this.#turn.then(() => this.#offer());
  }

  /** Takes the client's answer: from here media flows. */
  answer(sdp: string): void {
    this.#turn = this.#turn.then(async () => {
      const offered = this.#offered;
      if (offered === undefined || this.#receiving === undefined) return;
      this.#offered = undefined;
      const answer = parseAnswer(sdp);
      this.#sections = settle(this.#sections, offered, answer).sections;
      this.#capabilities = receiveCapabilities(this.#capabilities, offered, answer);
      // Not by its state: the client's first packets come before its answer.
      if (!this.#connected && answer.dtls !== undefined) {
        this.#connected = true;
        await this.#receiving.connect({ dtlsParameters: answer.dtls });
      }
      const narrowed = narrowedMids(offered, answer);
      for (const [mid, { consumer }] of this.#consumers) {
        if (!narrowed.includes(mid) || consumer.kind === 'audio') {
          if (consumer.paused) await consumer.resume();
          continue;
        }
        // Made anew with what the client understands.
        consumer.close();
        this.#consumers.delete(mid);
        this.#sections = closeTrack(this.#sections, mid);
        this.#changed = true;
      }
      await this.#offer();
    });
  }

  close(): void {
    for (const transport of this.#transports) transport.close();
  }

  async #offer(): Promise<void> {
    if (!this.#changed || this.#offered !== undefined) return;
    this.#changed = false;
    const tracks = this.#room.tracks.filter(({ participantId }) => participantId !== this.id);
    const has = new Set([...this.#consumers.values()].map(({ track }) => track.producer.id));
    const missing = tracks.filter(({ producer }) => !producer.closed && !has.has(producer.id));
    if (missing.length === 0) return;
    if (this.#receiving === undefined) {
      this.#receiving = await this.#open();
      await this.#receiving.setMinOutgoingBitrate(this.#settings.minBitrate);
    }
    const transport = this.#receiving;
    await Promise.all(missing.map((track) => this.#consume(transport, track)));
    const sdp = writeOffer({ transport, sections: this.#sections, ...this.#identity() });
    this.#sections = markOffered(this.#sections);
    this.#offered = this.#sections;
    this.#send({
      type: 'offer',
      roomId: this.#room.id,
      offerId: crypto.randomUUID(),
      sdp,
      tracks: [...this.#consumers].map(
        ([
          mid,
          {
            track: { participantId, producer },
          },
        ]) => ({
          mid,
          trackId: producer.id,
          participantId,
          kind: producer.kind,
          source: producer.kind === 'audio' ? 'microphone' : 'camera',
        }),
      ),
    });
  }

  async #consume(transport: WebRtcTransport, track: BareTrack): Promise<void> {
    const { producer, participantId } = track;
    const { mid, sections } = allocateMid(this.#sections);
    this.#sections = sections;
    await this.#room.bring(track, this.#router);
    const { rtpCapabilities } = this.#capabilities;
    const layers = producer.rtpParameters.encodings?.length ?? 1;
    const consumer = await transport.consume({
      producerId: producer.id,
      rtpCapabilities: capabilitiesToConsume(rtpCapabilities, producer.consumableRtpParameters),
      mid,
      paused: true,
      enableRtx: this.#settings.nack,
      ...(layers > 1 && { preferredLayers: { spatialLayer: layers - 1 } }),
    });
    this.#consumers.set(mid, { track, consumer });
    const { kind, rtpParameters } = consumer;
    const streamId = participantId;
    this.#sections = addTrack(this.#sections, { mid, kind, trackId: producer.id, streamId, rtpParameters });
  }

  async #open(): Promise<WebRtcTransport> {
    const { router, webRtcServer } = this.#router;
    const transport = await router.createWebRtcTransport({
      webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      initialAvailableOutgoingBitrate: Math.max(1_000_000, this.#settings.minBitrate),
      iceConsentTimeout: 30,
    });
    this.#transports.push(transport);
    return transport;
  }

  #identity(): { sessionId: string; sessionVersion: number } {
    return { sessionId: this.#sessionId, sessionVersion: this.#version++ };
  }
}
