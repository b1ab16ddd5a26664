import type { Answer } from '@parley/protocol/client-messages';
import type { Source } from '@parley/protocol/grants';
import { loudness } from '@parley/protocol/loudness';
import type { ClientMediaSettings, QualityChanged, ServerOffer } from '@parley/protocol/server-messages';
import type { MediaKind } from '@parley/protocol/track';
import { CallError } from './call-error.ts';
import type { ConnectionReport } from './call-stats.ts';
import { describeLocally } from './local-description.ts';
import { SerialQueue } from './serial-queue.ts';

/** A track of somebody else's that arrives here. */
export interface RemoteTrack {
  readonly trackId: string;
  readonly participantId: string;
  readonly kind: MediaKind;
  readonly source: Source;
  readonly track: MediaStreamTrack;
  /** Why the server sends nothing of it for now, while that is so. */
  readonly paused?: PauseReason;
}

/** Why a track may be paused: the node is busy, one's connection is too weak, or others are louder in a big room. */
export type PauseReason = Extract<
  NonNullable<QualityChanged['limitedBy']>,
  'server-load' | 'bandwidth' | 'room-size'
>;

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
  #offered: ReadonlyMap<string, string> = new Map();
  readonly #receivers = new Map<string, RTCRtpReceiver>();
  /** By track id: a pause may be told before the track comes. */
  readonly #paused = new Map<string, PauseReason>();
  /** When somebody was forwarded again in a big room, by track id, ms of `performance.now()`. */
  readonly #backAt = new Map<string, number>();
  /** When sound was there last, by track id: none came since where it is the same. */
  #heardAt: ReadonlyMap<string, number> = new Map();
  #closed = false;

  constructor(options: SubscriberOptions) {
    this.#options = options;
  }

  /** What arrives now, by track id. Never changed, only replaced. */
  get tracks(): ReadonlyMap<string, RemoteTrack> {
    return this.#tracks;
  }

  /** What arrives now, by the mid of its m-line. */
  get tracksByMid(): ReadonlyMap<string, RemoteTrack> {
    return new Map(
      [...this.#offered].flatMap(([mid, trackId]) => {
        const track = this.#tracks.get(trackId);
        return track ? [[mid, track]] : [];
      }),
    );
  }

  /**
   * How loud the others' microphones are now, 0–1, by participant id: as their senders say in each packet (RFC 6464), without
   * a look at the sound.
   */
  readLevels(): ReadonlyMap<string, number> {
    const levels = new Map<string, number>();
    const heardAt = new Map<string, number>();
    for (const { trackId, participantId, source } of this.#tracks.values()) {
      if (source !== 'microphone') continue;
      const [latest] = this.#receivers.get(trackId)?.getSynchronizationSources() ?? [];
      const isNew = latest !== undefined && latest.timestamp !== this.#heardAt.get(trackId);
      if (latest) heardAt.set(trackId, latest.timestamp);
      levels.set(participantId, isNew ? loudness(latest.audioLevel ?? 0) : 0);
    }
    this.#heardAt = heardAt;
    return levels;
  }

  /** The server sends nothing of a track for now, or does again. */
  setPaused({ trackId, paused, limitedBy }: QualityChanged): void {
    const reason = paused === true ? pauseReason(limitedBy) : undefined;
    if (this.#paused.get(trackId) === 'room-size' && reason !== 'room-size') {
      this.#backAt.set(trackId, performance.now());
    }
    if (reason === undefined) this.#paused.delete(trackId);
    else this.#paused.set(trackId, reason);
    const known = this.#tracks.get(trackId);
    if (known === undefined || known.paused === reason) return;
    const { paused: _, ...track } = known;
    this.#tracks = new Map(this.#tracks).set(trackId, { ...track, ...(reason && { paused: reason }) });
  }

  isPaused(trackId: string): boolean {
    return this.#paused.has(trackId);
  }

  /** Whether a track was not forwarded at some time in the latest `ms`, since others were louder: nobody's link is to blame. */
  isLeftOut(trackId: string, ms: number): boolean {
    const backAt = this.#backAt.get(trackId) ?? Number.NEGATIVE_INFINITY;
    return this.#paused.get(trackId) === 'room-size' || performance.now() - backAt < ms;
  }

  /** What the browser reports of the PeerConnection. */
  async report(): Promise<ConnectionReport> {
    const { connection } = this.#options;
    return { entries: await connection.getStats(), state: connection.connectionState };
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
    this.#paused.delete(trackId);
    this.#backAt.delete(trackId);
    const track = this.#tracks.get(trackId);
    if (track === undefined) return;
    const rest = new Map(this.#tracks);
    rest.delete(trackId);
    this.#tracks = rest;
    this.#receivers.delete(trackId);
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
    const answer = await describeLocally(connection, await connection.createAnswer(), sdp);
    if (this.#closed) return;
    send({ type: 'answer', offerId, sdp: answer });

    const before = this.#offered;
    this.#offered = new Map(tracks.map(({ mid, trackId }) => [mid, trackId]));
    // One that has moved to another m-line, in another codec, is decoded anew.
    for (const [mid, trackId] of before) if (this.#offered.get(mid) !== trackId) this.remove(trackId);
    const transceivers = new Map(connection.getTransceivers().map((one) => [one.mid, one]));
    for (const { mid, ...named } of tracks) {
      const receiver = transceivers.get(mid)?.receiver;
      // Rejected m-lines, of a codec this browser lacks, bring nothing.
      if (receiver === undefined || receiver.track.readyState === 'ended' || this.#tracks.has(named.trackId))
        continue;
      this.#buffer(receiver);
      const paused = this.#paused.get(named.trackId);
      const remote = { ...named, track: receiver.track, ...(paused && { paused }) };
      this.#receivers.set(named.trackId, receiver);
      this.#tracks = new Map(this.#tracks).set(named.trackId, remote);
      added(remote);
    }
  }

  #buffer(receiver: RTCRtpReceiver): void {
    const { targetMs = 0, maxMs = 0 } = this.#options.jitterBuffer ?? {};
    if (targetMs > 0) receiver.jitterBufferTarget = Math.min(targetMs, maxMs);
  }
}

/** Whatever a newer server may say, somebody else is to blame. */
function pauseReason(limitedBy: QualityChanged['limitedBy']): PauseReason {
  return limitedBy === 'bandwidth' || limitedBy === 'room-size' ? limitedBy : 'server-load';
}
