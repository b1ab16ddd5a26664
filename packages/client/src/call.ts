import type { ClientMessage } from '@parley/protocol/client-messages';
import type { Joined, ServerMessage } from '@parley/protocol/server-messages';
import type { Quality } from '@parley/protocol/track';
import { assertNever } from './assert-never.ts';
import { CallError } from './call-error.ts';
import type { CallEnd, CallEvents } from './call-events.ts';
import { type CallStats, readStats } from './call-stats.ts';
import type { Carrier } from './carrier.ts';
import { Emitter } from './emitter.ts';
import { LiveRoster } from './live-roster.ts';
import { LocalDevices } from './local-devices.ts';
import { LocalTrackStore, type LocalTracks } from './local-tracks.ts';
import { openConnection } from './open-connection.ts';
import { Publisher } from './publisher.ts';
import { type Roster, rosterOf } from './roster.ts';
import { ScreenShare } from './screen-share.ts';
import { type RemoteTrack, Subscriber } from './subscriber.ts';

/**
 * A call in a room: who is there, one's own devices, what the others send. Made by `connect()`; over after `closed`,
 * when every connection, timer and track of it is closed too.
 */
export class Call extends Emitter<CallEvents> {
  readonly roomId: string;
  /** One's own id. */
  readonly participantId: string;
  readonly room: Joined['room'];
  /** The server's settings for media. */
  readonly media: Joined['media'];

  readonly #carrier: Carrier;
  readonly #roster: LiveRoster;
  readonly #publisher: Publisher;
  readonly #subscriber: Subscriber;
  readonly #store: LocalTrackStore;
  readonly #devices: LocalDevices;
  readonly #screenShare: ScreenShare;
  readonly #leaveWithPage = () => this.leave();
  readonly #report = (error: unknown) => {
    if (error instanceof CallError && !this.#ended) this.emit('error', error);
  };
  #ended: CallEnd | undefined;

  /** @internal Applications call `connect()`. */
  constructor(carrier: Carrier, joined: Joined, name: string) {
    super();
    const { roomId, participantId, room, media, participants } = joined;
    this.roomId = roomId;
    this.participantId = participantId;
    this.room = room;
    this.media = media;
    this.#carrier = carrier;
    this.#roster = new LiveRoster(rosterOf({ participantId, name, joinedAt: Date.now() }, participants), {
      event: (event, what) => this.emit(event, what),
      trackEnded: (trackId) => this.#subscriber.remove(trackId),
    });

    const send = (message: ClientMessage) => carrier.send(message);
    const error = this.#report;
    const restart = () => void this.#publisher.restartIce().catch(error);
    // The server restarts the other one's ICE, whose offers are its own.
    const wait = () => undefined;
    this.#publisher = new Publisher({
      connection: openConnection(media.iceServers, { failed: restart, error }),
      media,
      send,
    });
    this.#subscriber = new Subscriber({
      connection: openConnection(media.iceServers, { failed: wait, error }),
      send,
      error,
      added: (track) => this.emit('track', track),
      removed: (track) => this.emit('track-removed', track),
    });
    this.#store = new LocalTrackStore((tracks) => this.emit('local-changed', tracks));
    const own = {
      store: this.#store,
      publisher: this.#publisher,
      send,
      listener: {
        published: ({ source, kind, layers }, trackId) => {
          const track = { trackId, kind, source, layers, muted: false };
          this.#roster.apply({ type: 'track-published', participantId, track });
        },
        unpublished: (trackId) => this.#roster.apply({ type: 'track-unpublished', participantId, trackId }),
        muted: (trackId, muted) =>
          this.#roster.apply({ type: 'track-muted', roomId, participantId, trackId, muted }),
      },
    } as const satisfies Partial<ConstructorParameters<typeof LocalDevices>[0]>;
    this.#devices = new LocalDevices({ ...own, settings: media, error });
    this.#screenShare = new ScreenShare(own);
    globalThis.addEventListener?.('pagehide', this.#leaveWithPage);
  }

  /** Everybody in the room by id, oneself first. Another map after every `participants-changed`. */
  get participants(): Roster {
    return this.#roster.all;
  }

  /** The others' tracks that arrive now, by track id. Another map after every `track` and `track-removed`. */
  get remoteTracks(): ReadonlyMap<string, RemoteTrack> {
    return this.#subscriber.tracks;
  }

  /** One's own sources that were used so far. Another map after every `local-changed`. */
  get localTracks(): LocalTracks {
    return this.#store.all;
  }

  /** Why the call is over; undefined while it is not. */
  get ended(): CallEnd | undefined {
    return this.#ended;
  }

  /**
   * Turns the microphone on, asking for it where there is none yet, or mutes it. Resolves when the others know.
   *
   * @throws {CallError} if it cannot be had or published; it is off then
   */
  setMicrophoneEnabled(enabled: boolean): Promise<void> {
    return this.#devices.setEnabled('microphone', enabled);
  }

  /**
   * Turns the camera on or off; off releases the device.
   *
   * @throws {CallError} if it cannot be had or published; it is off then
   */
  setCameraEnabled(enabled: boolean): Promise<void> {
    return this.#devices.setEnabled('camera', enabled);
  }

  /**
   * Publishes a track of the application's as camera or microphone, in place of what was there. The call owns it
   * from now on and stops it.
   */
  publish(source: 'camera' | 'microphone', track: MediaStreamTrack): Promise<void> {
    return this.#devices.publish(source, track);
  }

  /**
   * Lets the person choose a screen and shares it, with its sound where the browser has it. Call it from a click.
   *
   * @throws {CallError} `permission_denied` if nothing was chosen
   */
  startScreenShare(): Promise<void> {
    return this.#screenShare.start();
  }

  stopScreenShare(): Promise<void> {
    return this.#screenShare.stop();
  }

  /**
   * Chooses the layer received of one track, or of every camera. `quality-changed` tells what came of it, or an
   * `error` with code `quality_unavailable`.
   */
  updateQuality(quality: Quality, trackId?: string): void {
    this.#carrier.send({ type: 'update-quality', quality, ...(trackId !== undefined && { trackId }) });
  }

  /** Sends a text to everybody; it comes back as a `chat` event. */
  sendChat(text: string): void {
    this.#carrier.send({ type: 'chat', text });
  }

  /** Measures what is sent and received. */
  async getStats(): Promise<CallStats> {
    const [sending, receiving] = await Promise.all([this.#publisher.getStats(), this.#subscriber.getStats()]);
    return readStats(
      performance.now(),
      sending,
      receiving,
      this.#publisher.sources,
      this.#subscriber.trackIds,
    );
  }

  /** Leaves the room and closes everything. */
  leave(): void {
    if (this.#ended) return;
    this.#carrier.send({ type: 'leave' });
    this.#end({ reason: 'left' });
  }

  /** @internal */
  handleMessage(message: ServerMessage): void {
    if (this.#ended) return;
    switch (message.type) {
      case 'joined':
        return;
      case 'request-offer':
        this.#publisher.renegotiate().catch(this.#report);
        return;
      case 'answer':
        this.#publisher.handleAnswer(message);
        return;
      case 'offer':
        this.#subscriber.handleOffer(message);
        return;
      case 'participant-joined':
      case 'participant-left':
      case 'track-published':
      case 'track-unpublished':
      case 'track-muted':
        this.#roster.apply(message);
        return;
      case 'quality-changed': {
        const { type, roomId: _, ...change } = message;
        this.emit(type, change);
        return;
      }
      case 'chat': {
        const { type, roomId: _, ...text } = message;
        this.emit(type, text);
        return;
      }
      case 'error': {
        const { code, requestType } = message;
        const error = new CallError(code, message.message, requestType === undefined ? {} : { requestType });
        const isOffer = requestType === 'offer' || requestType === 'start-screen-share';
        // Whoever published gets it as a rejected promise.
        if (!isOffer || !this.#publisher.handleError(error)) this.emit('error', error);
        return;
      }
      case 'room-closed':
        this.#end({ reason: 'room-closed', why: message.reason });
        return;
      default:
        assertNever(message);
    }
  }

  /** @internal The carrier is gone. To come back instead of ending is a matter of this method alone. */
  handleClosed(code: number, reason: string): void {
    this.#end({ reason: 'connection-lost', detail: reason || `The connection was closed (${code}).` });
  }

  #end(end: CallEnd): void {
    if (this.#ended) return;
    this.#ended = end;
    globalThis.removeEventListener?.('pagehide', this.#leaveWithPage);
    this.#carrier.close();
    this.#publisher.close(new CallError('call_ended', 'The call is over. Join again to go on.'));
    this.#subscriber.close();
    this.#store.close();
    this.emit('closed', end);
    this.removeAllListeners();
  }
}
