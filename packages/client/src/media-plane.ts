import type { SessionRequest } from '@parley/protocol/client-messages';
import type { Source } from '@parley/protocol/grants';
import type {
  ClientMediaSettings,
  MediaSession as MediaSessionMessage,
  SessionEvent,
} from '@parley/protocol/server-messages';
import type { Quality } from '@parley/protocol/track';
import { ANSWER_TIMEOUT } from './answer-turn.ts';
import { CallError } from './call-error.ts';
import type { SessionReport } from './call-stats.ts';
import type { DataChannels } from './data-channels.ts';
import { Experience } from './experience.ts';
import { MediaSession, type MediaSessionHost } from './media-session.ts';
import type { Publication } from './publication.ts';
import { QualityWishes } from './quality-wishes.ts';
import type { RemoteTrack } from './subscriber.ts';
import type { TrackSender } from './track-sender.ts';

export interface MediaPlaneOptions extends Omit<MediaSessionHost, 'usesData'> {
  readonly settings: ClientMediaSettings;
  /** When joining began, by `performance.now()`, and whether there was anybody's video to wait for. */
  readonly joining: { readonly since: number; readonly awaitsPicture: boolean };
  /** A new session: nothing of one's own is published in it yet. */
  begun(): void;
  /** Whether there is anything to send, and to receive. */
  expects(): { readonly sending: boolean; readonly receiving: boolean };
  /** Whether sound and picture are lost and being recovered. */
  lost(lost: boolean): void;
  /** Whether a track was not shown at some time in the latest `ms`. */
  isHidden(trackId: string, ms: number): boolean;
}

/** A picture that is shown again may take so long to come, ms. */
const RESUMED_MS = 2000;

const NO_TRACKS: ReadonlyMap<string, RemoteTrack> = new Map();

/**
 * The media of a call through all its sessions. Each `media-session` of a higher number replaces the session with its
 * PeerConnections; what is being published then goes on to the new one, and whoever waits for it just waits longer.
 */
export class MediaPlane implements TrackSender {
  readonly #options: MediaPlaneOptions;
  readonly #wishes = new QualityWishes();
  /** How it is for who is in the call. */
  readonly experience: Experience;
  #settings: ClientMediaSettings;
  /** The latest report that somebody asked for. */
  #reported: SessionReport | undefined;
  #session: MediaSession | undefined;
  /** Wait for the first session. */
  readonly #waiting = new Set<PromiseWithResolvers<MediaSession>>();
  /** Whether the current session takes an earlier one's place and has not connected yet. */
  #replacing = false;
  #usesData = false;
  #closed: CallError | undefined;

  constructor(options: MediaPlaneOptions) {
    this.#options = options;
    this.#settings = options.settings;
    const { since, awaitsPicture } = options.joining;
    const read = async (maxAge: number) => {
      const { number, subscriber } = this.#session ?? {};
      const known = this.#reported;
      // Whoever watches the stats has just asked the same.
      const isRecent = known?.session === number && performance.now() - (known?.at ?? 0) < maxAge;
      const { entries } = (isRecent ? known?.receiving : await subscriber?.report()) ?? {};
      return [...(entries?.values() ?? [])];
    };
    this.experience = new Experience(since, awaitsPicture, read, (mid, ms) => {
      const { trackId = '' } = this.#session?.subscriber.tracksByMid.get(String(mid)) ?? {};
      return this.#isUnseen(trackId, ms);
    });
  }

  /** The others' tracks that arrive now, by track id. */
  get remoteTracks(): ReadonlyMap<string, RemoteTrack> {
    return this.#session?.subscriber.tracks ?? NO_TRACKS;
  }

  /** How loud the others' microphones are now, 0–1, by participant id. */
  readLevels(): ReadonlyMap<string, number> {
    return this.#session?.subscriber.readLevels() ?? new Map();
  }

  /** Whether the server sends nothing of a track for now, or did so a moment ago because it was not to be seen. */
  isPaused(trackId: string): boolean {
    return this.#session?.subscriber.isPaused(trackId) || this.#isUnseen(trackId, RESUMED_MS);
  }

  /** The data channels of the current session. */
  get data(): DataChannels | undefined {
    return this.#session?.data;
  }

  /** The application sends or receives data from now on, in every session. */
  useData(): void {
    if (this.#usesData) return;
    this.#usesData = true;
    this.#session?.useData();
  }

  /** The room tells of a session: a new one, or another way to the one there is. */
  handleSession({ session: number, carrier, iceServers }: MediaSessionMessage): void {
    const known = this.#session?.number ?? 0;
    if (this.#closed || number < known) return;
    if (iceServers !== undefined) {
      this.#settings = { ...this.#settings, iceServers };
      this.#session?.useIceServers(iceServers);
    }
    if (number > known) this.#begin(number);
    // Whoever heard that the old one is over may have left, and where PeerConnections are refused there is no new one.
    if (!this.#closed && this.#session?.number === number) this.#session.use(carrier);
  }

  /** The Room's socket brings what a node says. */
  handleRelayed(event: SessionEvent): void {
    this.#session?.handleRelayed(event);
  }

  /** The Room's socket is lost; media goes on. */
  relayLost(): void {
    this.#session?.relayLost();
  }

  /** One is another participant now, whose first session is still to come. */
  startAfresh(settings: ClientMediaSettings): void {
    this.#settings = settings;
    this.#replace(undefined);
    this.check();
  }

  published(source: Source): Publication | undefined {
    return this.#session?.publisher.published(source);
  }

  /**
   * Publishes a track: in the next session if there is none yet, or if the current one is replaced meanwhile.
   *
   * @throws {CallError} if the server refuses it, or has no session for it in time
   */
  async publish(source: Source, track: MediaStreamTrack): Promise<Publication> {
    for (;;) {
      const session = this.#session ?? (await this.#first());
      try {
        return await session.publisher.publish(source, track);
      } catch (error) {
        if (this.#isCurrent(session)) throw error;
      }
    }
  }

  async unpublish(...sources: Source[]): Promise<void> {
    await this.#now(({ publisher }) => publisher.unpublish(...sources));
  }

  async replaceTrack(source: Source, track: MediaStreamTrack | null): Promise<void> {
    await this.#now(({ publisher }) => publisher.replaceTrack(source, track));
  }

  /** Sends a request of the current session. */
  send(request: SessionRequest): void {
    this.#session?.send(request);
  }

  /** Has the PeerConnection that sends look for its way anew. */
  async restartIce(): Promise<void> {
    await this.#now(({ publisher }) => publisher.restartIce());
  }

  updateQuality(quality: Quality, trackId: string | undefined): void {
    const cameras = [...this.remoteTracks.values()].filter(({ source }) => source === 'camera');
    const cameraIds = cameras.map((camera) => camera.trackId);
    this.#wishes.set(quality, trackId, cameraIds);
    this.send({ type: 'update-quality', quality, ...(trackId !== undefined && { trackId }) });
  }

  /** A track of somebody else's is over, which the room may say before the node does. */
  trackEnded(trackId: string): void {
    this.#wishes.forget(trackId);
    this.#session?.subscriber.remove(trackId);
  }

  /** What the browser reports of the current session; undefined while there is none. */
  async report(): Promise<SessionReport | undefined> {
    const session = this.#session;
    if (session === undefined) return undefined;
    const { number, publisher, subscriber } = session;
    const [sending, receiving] = await Promise.all([publisher.report(), subscriber.report()]);
    const { sources } = publisher;
    const tracks = subscriber.tracksByMid;
    const report = { session: number, at: performance.now(), sending, receiving, sources, tracks };
    this.#reported = report;
    return report;
  }

  /** Looks whether media is lost, after anything that may have changed that. */
  check(): void {
    if (this.#closed) return;
    const { isConnected = false, sendingFailed = false, receivingFailed = false } = this.#session ?? {};
    if (isConnected) this.#replacing = false;
    const { sending, receiving } = this.#options.expects();
    this.#options.lost(
      (sending && (this.#replacing || sendingFailed)) || (receiving && (this.#replacing || receivingFailed)),
    );
  }

  /** Whether a track was not shown, or not forwarded in a big room, at some time in the latest `ms`. */
  #isUnseen(trackId: string, ms: number): boolean {
    const isLeftOut = this.#session?.subscriber.isLeftOut(trackId, ms) ?? false;
    return isLeftOut || this.#options.isHidden(trackId, ms);
  }

  /** Closes everything and rejects with `error` whatever waits. */
  close(error: CallError): void {
    this.#closed = error;
    this.experience.stop();
    for (const { reject } of this.#waiting) reject(error);
    this.#session?.close(error);
  }

  #begin(number: number): void {
    try {
      const session = new MediaSession({
        number,
        settings: this.#settings,
        wishes: this.#wishes,
        host: { ...this.#options, usesData: () => this.#usesData },
        connectionChanged: () => this.check(),
      });
      this.#replace(session);
      for (const { resolve } of this.#waiting) resolve(session);
    } catch (cause) {
      const message = 'This browser cannot hold calls. Update it, or use another.';
      this.#options.error(new CallError('media_unsupported', message, { cause }));
      return;
    }
    this.#options.begun();
    this.check();
  }

  #replace(session: MediaSession | undefined): void {
    const old = this.#session;
    this.#session = session;
    if (old === undefined) return;
    this.#replacing = true;
    this.experience.replaced();
    old.close(new CallError('session_replaced', 'The media session was replaced by another.'));
    for (const track of old.subscriber.tracks.values()) this.#options.removed(track);
  }

  /** Does something to the current session that the next one does not need. */
  async #now(what: (session: MediaSession) => Promise<void>): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    try {
      await what(session);
    } catch (error) {
      if (this.#isCurrent(session)) throw error;
    }
  }

  #isCurrent(session: MediaSession): boolean {
    return this.#closed !== undefined || this.#session === session;
  }

  async #first(): Promise<MediaSession> {
    if (this.#closed) throw this.#closed;
    const waiting = Promise.withResolvers<MediaSession>();
    this.#waiting.add(waiting);
    const timer = setTimeout(() => {
      waiting.reject(new CallError('media_unavailable', 'No media server is there. Try again soon.'));
    }, ANSWER_TIMEOUT);
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    }
  }
}
