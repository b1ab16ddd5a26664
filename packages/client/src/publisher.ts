import type { Offer, StartScreenShare } from '@parley/protocol/client-messages';
import type { Source } from '@parley/protocol/grants';
import type { ClientMediaSettings, CodecWanted, ServerAnswer } from '@parley/protocol/server-messages';
import { AnswerTurn } from './answer-turn.ts';
import { CallError } from './call-error.ts';
import type { ConnectionReport } from './call-stats.ts';
import { CodecFallbacks } from './codec-fallbacks.ts';
import { pictureOf, refitEncodings, sendEncodings } from './encodings.ts';
import { describeLocally } from './local-description.ts';
import { type Change, NegotiationQueue } from './negotiation-queue.ts';
import { isLost } from './open-connection.ts';
import { kindOf, type Publication, streamOf } from './publication.ts';
import { addSendTransceiver } from './send-transceiver.ts';
import { SerialQueue } from './serial-queue.ts';

export interface PublisherOptions {
  readonly connection: RTCPeerConnection;
  readonly media: ClientMediaSettings;
  send(message: Offer | StartScreenShare): void;
}

type NamedOffer = (Offer | StartScreenShare) & { readonly offerId: string };

interface PublisherChange extends Change {
  /** Alters the PeerConnection just before its offer is made. */
  apply(): void;
  /** Undoes that when the offer came to nothing. */
  revert?(): void;
}

/**
 * The send PeerConnection: offers by itself when there is something to publish, one offer at a time. A source keeps
 * its m-line for good: unpublished it is inactive, and published again it is the same one, so that m-lines do not
 * pile up and the transport outlives the last track.
 */
export class Publisher {
  readonly #connection: RTCPeerConnection;
  readonly #media: ClientMediaSettings;
  readonly #send: PublisherOptions['send'];
  readonly #queue: NegotiationQueue<PublisherChange>;
  readonly #publications = new Map<Source, Publication>();
  readonly #fallbacks: CodecFallbacks;
  readonly #streams = { camera: new MediaStream(), screen: new MediaStream() };
  readonly #answer = new AnswerTurn();
  /** Browsers take a sender's parameters back once they were read again. */
  readonly #fitting = new SerialQueue();
  /** The offer that waits for its answer. */
  #open: NamedOffer | undefined;
  #offers = 0;
  /** The offer that was answered last, and why m-lines of it were rejected: the reasons follow the answer. */
  #answered: string | undefined;
  #refusals: CallError[] = [];
  /**
   * Whether the server knows this PeerConnection. One that `start-screen-share` opens counts as made for the screen
   * and is closed with it, so the first offer is an `offer`; its `tracks` say that it is a screen.
   */
  #isOpen = false;
  #closed: CallError | undefined;

  constructor({ connection, media, send }: PublisherOptions) {
    this.#connection = connection;
    this.#media = media;
    this.#send = send;
    this.#fallbacks = new CodecFallbacks(media);
    this.#answer.pause();
    this.#queue = new NegotiationQueue((changes) => this.#negotiate(changes));
  }

  /** What is published, by source, as far as the server has answered. */
  published(source: Source): Publication | undefined {
    const publication = this.#publications.get(source);
    return publication?.trackId === undefined ? undefined : publication;
  }

  /**
   * Publishes a track.
   *
   * @throws {CallError} if the server refuses it
   */
  async publish(source: Source, track: MediaStreamTrack): Promise<Publication> {
    await this.#queue.add({
      messageType: streamOf(source) === 'screen' ? 'start-screen-share' : 'offer',
      apply: () => this.#attach(source, track),
      revert: () => this.#detach(source),
    });
    const publication = this.published(source);
    if (publication === undefined) {
      this.#detach(source);
      const message = `The server has no codec in common for the ${source}.`;
      throw this.#refusals.shift() ?? new CallError('codec_unsupported', message);
    }
    return publication;
  }

  /** Ends the tracks of these sources for everybody. */
  async unpublish(...sources: Source[]): Promise<void> {
    await this.#queue.add({
      messageType: 'offer',
      apply: () => {
        for (const source of sources) this.#detach(source);
      },
    });
  }

  /**
   * Sends another track, or nothing, without asking anybody.
   *
   * @throws {CallError} if the browser cannot
   */
  async replaceTrack(source: Source, track: MediaStreamTrack | null): Promise<void> {
    const publication = this.#publications.get(source);
    if (publication === undefined) return;
    try {
      await publication.transceiver.sender.replaceTrack(track);
    } catch (cause) {
      if (this.#closed) throw this.#closed;
      const message = `The browser could not send the ${source}. Try again, or reload the page.`;
      throw new CallError('negotiation_failed', message, { cause });
    }
    this.#fallbacks.replaceTrack(source, track);
    await this.#refit(publication);
  }

  /** Somebody needs one's own track in another codec, or nobody does any more. */
  async setCodecWanted({ trackId, codec, wanted }: CodecWanted): Promise<void> {
    const find = () => [...this.#publications.values()].find((one) => one.trackId === trackId);
    // The answer that names the track may still be on its way into the browser.
    if (this.#connection.signalingState === 'stable' && find() === undefined) return;
    const change = (isWanted: boolean) => () => {
      const publication = find();
      if (publication === undefined) return;
      if (isWanted) this.#fallbacks.start(this.#connection, publication, codec);
      else this.#fallbacks.stop(publication.source);
    };
    await this.#queue.add({ messageType: 'offer', apply: change(wanted), revert: change(false) });
  }

  /** How many layers of a track anybody watches: the others are not sent, nor encoded. */
  setWatched(trackId: string, layers: number): void {
    for (const publication of this.#publications.values()) {
      if (publication.trackId !== trackId) continue;
      publication.watched = layers;
      void this.#refit(publication);
    }
  }

  /** Connects, with nothing to publish if need be: for data. */
  async connect(): Promise<void> {
    if (!this.#isOpen) await this.#queue.add({ messageType: 'offer', apply: () => undefined });
  }

  /** The server asks for an offer. Without anything that is published, or was connected, there is none worth a message. */
  async renegotiate(): Promise<void> {
    if (this.#publications.size === 0 && !this.#isOpen) return;
    await this.#queue.add({ messageType: 'offer', apply: () => undefined });
  }

  /** Looks for another way to the node (RFC 8445 §2.4). */
  async restartIce(): Promise<void> {
    this.#connection.restartIce();
    await this.renegotiate();
  }

  /** Sources by the mid of their m-line. */
  get sources(): ReadonlyMap<string, Source> {
    return new Map(
      [...this.#publications.values()].map(({ source, transceiver }) => [transceiver.mid ?? '', source]),
    );
  }

  /** What the browser reports of the PeerConnection. */
  async report(): Promise<ConnectionReport> {
    const connection = this.#connection;
    return { entries: await connection.getStats(), state: connection.connectionState };
  }

  handleAnswer(answer: ServerAnswer): void {
    // At once: the reasons may come before whoever waits goes on.
    if (answer.offerId === this.#open?.offerId) this.#answered = answer.offerId;
    this.#answer.resolve(answer);
  }

  /** The server refused an offer, or an m-line of it. */
  handleError(offerId: string, error: CallError): void {
    if (offerId === this.#answered) this.#refusals.push(error);
    else this.#answer.refuse(offerId, error);
  }

  /** Nothing gets through for now. */
  carrierDown(): void {
    this.#answer.pause();
  }

  /**
   * Messages get through again: an offer that waits for its answer is made again, since either may have been lost. What
   * is lost while nothing got through has tried ICE in vain.
   *
   * @throws {CallError} if that is tried again and the server refuses it
   */
  async carrierUp(): Promise<void> {
    this.#answer.restart();
    if (this.#open) this.#send(this.#open);
    else if (isLost(this.#connection)) await this.restartIce();
  }

  /** Closes the PeerConnection and rejects whatever waits with `error`. */
  close(error: CallError): void {
    this.#closed = error;
    this.#queue.close(error);
    this.#answer.close(error);
    this.#connection.close();
  }

  async #negotiate(changes: readonly PublisherChange[]): Promise<void> {
    const connection = this.#connection;
    try {
      for (const { apply } of changes) apply();
      const sdp = await describeLocally(connection, await connection.createOffer());
      if (this.#closed) throw this.#closed;
      this.#refusals = [];
      this.#answered = undefined;
      this.#offers += 1;
      const message: NamedOffer = {
        type: this.#isOpen ? (changes[0]?.messageType ?? 'offer') : 'offer',
        offerId: String(this.#offers),
        sdp,
        tracks: this.#sending(),
      };
      this.#open = message;
      this.#send(message);
      const answer = await this.#answer.wait(message.offerId).finally(() => {
        this.#open = undefined;
      });
      await connection.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
      this.#isOpen = true;
      this.#learn(answer);
    } catch (cause) {
      if (this.#closed) throw this.#closed;
      if (connection.signalingState === 'have-local-offer') {
        await connection.setLocalDescription({ type: 'rollback' });
      }
      for (const { revert } of changes) revert?.();
      throw cause instanceof CallError
        ? cause
        : new CallError('negotiation_failed', 'The browser could not use the server’s answer.', { cause });
    }
  }

  #sending(): NonNullable<Offer['tracks']> {
    const own = [...this.#publications.values()].flatMap(
      ({ source, scalabilityMode, transceiver: { mid, direction } }) =>
        mid !== null && direction === 'sendonly' ? [{ mid, source, scalabilityMode }] : [],
    );
    return [...own, ...this.#fallbacks.named];
  }

  #learn({ tracks }: ServerAnswer): void {
    for (const publication of this.#publications.values()) {
      const { mid, currentDirection } = publication.transceiver;
      const named = currentDirection === 'sendonly' ? tracks.find((track) => track.mid === mid) : undefined;
      if (publication.trackId !== named?.trackId) this.#fallbacks.stop(publication.source);
      publication.trackId = named?.trackId;
    }
  }

  #attach(source: Source, track: MediaStreamTrack): void {
    const known = this.#publications.get(source);
    if (known !== undefined) {
      known.transceiver.direction = 'sendonly';
      this.replaceTrack(source, track).catch(() => undefined);
      return;
    }
    const { encodings, ...made } = addSendTransceiver(
      this.#connection,
      track,
      [this.#streams[streamOf(source)]],
      this.#media.codecs ?? [],
      (codec) => sendEncodings(source, pictureOf(track), this.#media, codec),
    );
    // Of one encoding its mode says it: `L3T3_KEY`.
    const layers = Number(made.scalabilityMode?.[1] ?? encodings.length);
    this.#publications.set(source, {
      source,
      kind: kindOf(source),
      ...made,
      trackId: undefined,
      layers,
      watched: Number.POSITIVE_INFINITY,
    });
  }

  #detach(source: Source): void {
    const publication = this.#publications.get(source);
    if (publication === undefined) return;
    publication.trackId = undefined;
    this.#fallbacks.stop(source);
    publication.watched = Number.POSITIVE_INFINITY;
    const { transceiver } = publication;
    if (transceiver.mid === null || transceiver.currentDirection === 'stopped') {
      // Never negotiated, or rejected with port 0: there is no m-line to keep.
      this.#publications.delete(source);
      transceiver.stop();
      return;
    }
    transceiver.direction = 'inactive';
    transceiver.sender.replaceTrack(null).catch(() => undefined);
  }

  /** Brings the layers in line with the picture and with who watches. */
  async #refit(publication: Publication): Promise<void> {
    await this.#fitting.run(async () => {
      const { source, watched, transceiver, codec } = publication;
      const { sender } = transceiver;
      const { track } = sender;
      // A camera that is off is fitted when it is on again.
      if (track === null) return;
      const fresh = sendEncodings(source, pictureOf(track), this.#media, codec);
      const parameters = sender.getParameters();
      parameters.encodings = refitEncodings(parameters.encodings, fresh, watched);
      const { encodings } = parameters;
      await sender.setParameters(parameters).catch(async () => {
        // The picture is sent all the same, only larger or smaller than meant; but no layer stays off for that.
        const known = sender.getParameters();
        known.encodings.forEach((encoding, index) => {
          encoding.active = encodings[index]?.active ?? true;
        });
        await sender.setParameters(known).catch(() => undefined);
      });
    });
  }
}
