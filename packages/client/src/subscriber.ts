import type { Answer } from '@parley/protocol/client-messages';
import type { Source } from '@parley/protocol/grants';
import type { ClientMediaSettings, ServerOffer } from '@parley/protocol/server-messages';
import type { MediaKind } from '@parley/protocol/track';
import { CallError } from './call-error.ts';
import type { StatsEntry } from './call-stats.ts';
import { SerialQueue } from './serial-queue.ts';

/** A track of somebody else's that arrives here. */
export interface RemoteTrack {
  readonly trackId: string;
  readonly participantId: string;
  readonly kind: MediaKind;
  readonly source: Source;
  readonly track: MediaStreamTrack;
}

export interface SubscriberOptions {
  readonly connection: RTCPeerConnection;
  readonly jitterBuffer: ClientMediaSettings['jitterBuffer'];
  send(message: Answer): void;
  added(track: RemoteTrack): void;
  removed(track: RemoteTrack): void;
  error(error: CallError): void;
}

/** The receive PeerConnection: answers the server's offers strictly one after another. */
export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #queue = new SerialQueue();
  #tracks: ReadonlyMap<string, RemoteTrack> = new Map();
  #trackIds: ReadonlyMap<string, string> = new Map();
  #closed = false;

  constructor(options: SubscriberOptions) {
    this.#options = options;
  }

  /** What arrives now, by track id. Never changed, only replaced. */
  get tracks(): ReadonlyMap<string, RemoteTrack> {
    return this.#tracks;
  }

  /** Track ids by the mid of their m-line. */
  get trackIds(): ReadonlyMap<string, string> {
    return this.#trackIds;
  }

  async getStats(): Promise<StatsEntry[]> {
    return [...(await this.#options.connection.getStats()).values()];
  }

  handleOffer(offer: ServerOffer): void {
    this.#queue
      .run(() => this.#answer(offer))
      .catch((cause: unknown) => {
        if (this.#closed) return;
        const message = 'The browser could not use what the server sends. Reload the page to try again.';
        this.#options.error(new CallError('negotiation_failed', message, { cause }));
      });
  }

  /** The track has ended, which the room may say before the next offer does. */
  remove(trackId: string): void {
    const track = this.#tracks.get(trackId);
    if (track === undefined) return;
    const rest = new Map(this.#tracks);
    rest.delete(trackId);
    this.#tracks = rest;
    this.#options.removed(track);
  }

  close(): void {
    this.#closed = true;
    this.#options.connection.close();
  }

  async #answer({ offerId, sdp, tracks }: ServerOffer): Promise<void> {
    const { connection, send, added } = this.#options;
    if (this.#closed) return;
    await connection.setRemoteDescription({ type: 'offer', sdp });
    const answer = await connection.createAnswer();
    await connection.setLocalDescription(answer);
    if (this.#closed) return;
    send({ type: 'answer', offerId, sdp: answer.sdp ?? '' });

    this.#trackIds = new Map(tracks.map(({ mid, trackId }) => [mid, trackId]));
    const offered = new Set(this.#trackIds.values());
    for (const trackId of [...this.#tracks.keys()]) if (!offered.has(trackId)) this.remove(trackId);
    const transceivers = new Map(connection.getTransceivers().map((one) => [one.mid, one]));
    for (const { mid, ...named } of tracks) {
      const receiver = transceivers.get(mid)?.receiver;
      // Rejected m-lines, of a codec this browser lacks, bring nothing.
      if (receiver === undefined || receiver.track.readyState === 'ended' || this.#tracks.has(named.trackId))
        continue;
      this.#buffer(receiver);
      const remote = { ...named, track: receiver.track };
      this.#tracks = new Map(this.#tracks).set(named.trackId, remote);
      added(remote);
    }
  }

  #buffer(receiver: RTCRtpReceiver): void {
    const { targetMs = 0, maxMs = 0 } = this.#options.jitterBuffer ?? {};
    if (targetMs > 0) receiver.jitterBufferTarget = Math.min(targetMs, maxMs);
  }
}
