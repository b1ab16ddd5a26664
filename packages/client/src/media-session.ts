import type { ReconnectSession, SessionRequest } from '@parley/protocol/client-messages';
import type { DataReliability } from '@parley/protocol/data-channels';
import type {
  ClientMediaSettings,
  MediaSession as MediaSessionMessage,
  QualityChanged,
  ServerMessage,
  SessionEvent,
} from '@parley/protocol/server-messages';
import type { RetryPolicy } from './backoff.ts';
import { CallError } from './call-error.ts';
import { DataChannels } from './data-channels.ts';
import { isLost, openConnection, renewIceServers } from './open-connection.ts';
import { Publisher } from './publisher.ts';
import type { QualityWishes } from './quality-wishes.ts';
import { SessionCarrier } from './session-carrier.ts';
import { type RemoteTrack, Subscriber } from './subscriber.ts';
import { type TransportOptions, withCandidates } from './transport.ts';

/** What a media session needs of the call, and tells it. */
export interface MediaSessionHost {
  readonly retry: RetryPolicy;
  readonly transport?: TransportOptions;
  /** Sends over the Room's socket. */
  relay(message: SessionRequest | ReconnectSession): void;
  /** There is reason to think that the Room's socket is dead. */
  checkRelay(): void;
  /** What the node is to be told of the tracks that are wanted, and of how they are shown. */
  wishes(): SessionRequest[];
  added(track: RemoteTrack): void;
  removed(track: RemoteTrack): void;
  qualityChanged(change: QualityChanged): void;
  /** Whether session messages may take a data channel in the room's place. */
  readonly channel: boolean;
  /** Whether the application sends or receives data. */
  usesData(): boolean;
  /** Data messages can be sent from now on. */
  dataOpened(): void;
  data(frame: Uint8Array, reliability: DataReliability): void;
  error(error: CallError): void;
}

export interface MediaSessionOptions {
  readonly number: number;
  readonly settings: ClientMediaSettings;
  readonly wishes: QualityWishes;
  readonly host: MediaSessionHost;
  /** A PeerConnection has connected, failed, or anything between. */
  connectionChanged(): void;
}

/** One media session: a PeerConnection that sends, one that receives, and the way that messages about them take. */
export class MediaSession {
  readonly number: number;
  readonly publisher: Publisher;
  readonly subscriber: Subscriber;
  readonly data: DataChannels;
  readonly #sending: RTCPeerConnection;
  readonly #receiving: RTCPeerConnection;
  readonly #carrier: SessionCarrier;
  readonly #wishes: QualityWishes;
  readonly #host: MediaSessionHost;
  readonly #report: (error: unknown) => void;
  /** Requests that the server does not know. */
  readonly #unknown = new Set<string>();
  #iceServers: RTCIceServer[];
  #closed = false;

  /** @throws {DOMException} if the browser does not take the server's settings */
  constructor({ number, settings, wishes, host, connectionChanged }: MediaSessionOptions) {
    this.number = number;
    this.#wishes = wishes;
    this.#host = host;
    this.#iceServers = settings.iceServers;
    // What an old session came to is no news.
    const error = (cause: unknown) => {
      if (cause instanceof CallError && !this.#closed) host.error(cause);
    };
    this.#report = error;
    const { transport = {} } = host;
    const { probe } = transport;
    const iceServers = () => probe?.iceServers?.(this.#iceServers) ?? this.#iceServers;
    // Sockets of a network that is gone say nothing; what is to bring media back needs them.
    const interrupted = () => {
      this.#carrier.check();
      host.checkRelay();
    };
    const open = (failed: () => void, changed = connectionChanged) =>
      openConnection(iceServers, { failed, changed, interrupted, error }, transport);
    this.#sending = open(
      () => void this.publisher.restartIce().catch(error),
      () => {
        // First: the restart needs another way.
        this.#channelChanged();
        connectionChanged();
      },
    );
    // The other one's offers are the server's.
    try {
      this.#receiving = open(() => this.send({ type: 'restart-ice' }));
    } catch (cause) {
      this.#sending.close();
      throw cause;
    }
    probe?.opened?.(this.#sending, 'sending');
    probe?.opened?.(this.#receiving, 'receiving');
    // Before the first offer: it is the only one that can bring them.
    this.data = new DataChannels(this.#sending, {
      opened: () => host.dataOpened(),
      frame: (frame, reliability) => {
        if (!this.#closed) host.data(frame, reliability);
      },
      sessionChanged: () => this.#channelChanged(),
      text: (text) => this.#carrier.handleText(text),
    });
    const send = (request: SessionRequest) => this.send(request);
    this.publisher = new Publisher({ connection: this.#sending, media: settings, send });
    this.subscriber = new Subscriber({
      connection: this.#receiving,
      jitterBuffer: settings.jitterBuffer,
      send,
      error,
      added: (track) => {
        host.added(track);
        this.#wish(track.trackId);
      },
      removed: host.removed,
    });
    this.#carrier = new SessionCarrier({
      session: number,
      retry: host.retry,
      relay: host.relay,
      message: (message) => {
        // An error about no request is about the socket, whose close follows.
        const isAboutSocket = message.type === 'error' && message.requestType === undefined;
        if (isSessionEvent(message) && !isAboutSocket) this.#handle(message);
      },
      up: () => {
        // It may be another server's.
        this.#unknown.clear();
        for (const request of host.wishes()) this.send(request);
        this.publisher.carrierUp().catch(error);
        if (isLost(this.#receiving)) this.send({ type: 'restart-ice' });
        if (host.usesData()) this.useData();
        for (const request of wishes.ofCameras()) this.send(request);
        for (const trackId of this.subscriber.tracks.keys()) this.#wish(trackId);
      },
      down: () => this.publisher.carrierDown(),
    });
  }

  /** Whether sound or picture get through one way at least. */
  get isConnected(): boolean {
    return [this.#sending, this.#receiving].some((one) => one.connectionState === 'connected');
  }

  get sendingFailed(): boolean {
    return this.#sending.connectionState === 'failed';
  }

  get receivingFailed(): boolean {
    return this.#receiving.connectionState === 'failed';
  }

  /** For whenever ICE begins anew. */
  useIceServers(iceServers: RTCIceServer[]): void {
    this.#iceServers = iceServers;
    const usable = this.#host.transport?.probe?.iceServers?.(iceServers) ?? iceServers;
    for (const connection of [this.#sending, this.#receiving]) renewIceServers(connection, usable);
  }

  /** The application sends or receives data: connects for it. */
  useData(): void {
    this.publisher.connect().catch(this.#report);
  }

  /** The room says which way messages take from now on. */
  use(carrier: MediaSessionMessage['carrier']): void {
    this.#carrier.use(carrier);
  }

  send(request: SessionRequest): void {
    if (!this.#unknown.has(request.type)) this.#carrier.send(request);
  }

  /** From the node, over the Room's socket: void unless that is the way. */
  handleRelayed(event: SessionEvent): void {
    if (this.#carrier.isRelay) this.#handle(event);
  }

  relayLost(): void {
    this.#carrier.relayLost();
  }

  /** Closes the carrier and both PeerConnections, and rejects with `error` whatever waits. */
  close(error: CallError): void {
    this.#closed = true;
    this.#carrier.close();
    this.publisher.close(error);
    this.subscriber.close();
  }

  #channelChanged(): void {
    if (this.#closed || !this.#host.channel) return;
    this.#carrier.channelChanged(this.data.session, this.#sending.connectionState === 'connected');
  }

  #handle(event: SessionEvent): void {
    switch (event.type) {
      case 'request-offer':
        this.publisher.renegotiate().catch(this.#report);
        return;
      case 'answer':
        this.publisher.handleAnswer({ ...event, sdp: this.#usable(event.sdp) });
        return;
      case 'offer':
        this.subscriber.handleOffer({ ...event, sdp: this.#usable(event.sdp) });
        return;
      case 'quality-changed':
        this.subscriber.setPaused(event);
        this.#host.qualityChanged(event);
        return;
      case 'layers-watched':
        // The connection test measures its way by what it sends.
        if (!this.#host.transport?.probe) this.publisher.setWatched(event.trackId, event.layers);
        return;
      case 'codec-wanted':
        // Where it cannot be, the server does without.
        this.publisher.setCodecWanted(event).catch(() => undefined);
        return;
      case 'active-speakers':
        return;
      case 'error': {
        const { code, message, requestType, offerId } = event;
        // A server of the version before does without, and would only refuse it again.
        if (requestType !== undefined && code === 'unknown_type') {
          this.#unknown.add(requestType);
          return;
        }
        const error = new CallError(code, message, requestType === undefined ? {} : { requestType });
        // Without a node an offer is no worse for it: the next carrier takes it, or the next session.
        const isRefusal = offerId !== undefined && code !== 'media_unavailable';
        // Whoever published gets it as a rejected promise.
        if (isRefusal) this.publisher.handleError(offerId, error);
        else this.#report(error);
        return;
      }
      default:
        event satisfies never;
    }
  }

  #usable(sdp: string): string {
    return withCandidates(sdp, this.#host.transport?.probe);
  }

  #wish(trackId: string): void {
    for (const request of this.#wishes.ofTrack(trackId)) this.send(request);
  }
}

function isSessionEvent(message: ServerMessage): message is SessionEvent {
  switch (message.type) {
    case 'request-offer':
    case 'answer':
    case 'offer':
    case 'quality-changed':
    case 'layers-watched':
    case 'codec-wanted':
    case 'active-speakers':
    case 'error':
      return true;
    default:
      return false;
  }
}
