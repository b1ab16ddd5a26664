import type { ClientMessage, SessionRequest } from '@parley/protocol/client-messages';
import type { ErrorCode } from '@parley/protocol/errors';
import type { Grants, Source } from '@parley/protocol/grants';
import type { LobbyGuest, ModerationAction } from '@parley/protocol/moderation';
import type { ActiveRecording, ClientMediaSettings, Joined } from '@parley/protocol/server-messages';
import type { ActiveSpeaker } from '@parley/protocol/speakers';
import type { MediaKind, Quality, Track } from '@parley/protocol/track';
import { assertNever } from './assert-never.ts';
import type { RetryPolicy } from './backoff.ts';
import { CallError, callEnded } from './call-error.ts';
import type { CallEnd, CallEvents, CallState } from './call-events.ts';
import type { CallStats } from './call-stats.ts';
import type { DeviceChoice, FacingMode, ScreenSettings } from './capture.ts';
import { ChatOutbox } from './chat-outbox.ts';
import type { ConnectionQuality } from './connection-quality.ts';
import { DataMessages, type DataOptions } from './data-messages.ts';
import type { ViewSize } from './element-view.ts';
import { Emitter } from './emitter.ts';
import { LiveRoster } from './live-roster.ts';
import type { Device } from './local-devices.ts';
import type { LocalTracks } from './local-tracks.ts';
import { MediaPlane } from './media-plane.ts';
import { Outages } from './outages.ts';
import { OwnMedia } from './own-media.ts';
import { type Roster, rosterOf } from './roster.ts';
import type { RoomMessage, Signaling } from './signaling.ts';
import { SpeakerWatch } from './speaker-watch.ts';
import { type RoomSettings, Standing } from './standing.ts';
import { StatsWatch } from './stats-watch.ts';
import type { RemoteTrack } from './subscriber.ts';
import { type OthersTrack, SubscriptionWishes } from './subscription-wishes.ts';
import { TrackViews } from './track-views.ts';
import type { TransportOptions } from './transport.ts';

/** What a media node is asked; the Room refuses some of it in the node's place. */
const SESSION_REQUESTS: ReadonlySet<string> = new Set([
  'offer',
  'answer',
  'ice-candidate',
  'start-screen-share',
  'stop-screen-share',
  'update-quality',
  'subscribe',
  'set-view',
  'watch-speakers',
  'restart-ice',
] satisfies SessionRequest['type'][]);

/** Errors with which the server ends a call, and why it is over then. */
const ENDS: Partial<Record<string, 'kicked' | 'banned' | 'replaced'>> = {
  kicked: 'kicked',
  banned: 'banned',
  identity_replaced: 'replaced',
} satisfies Partial<Record<ErrorCode, 'kicked' | 'banned' | 'replaced'>>;

/** How one came into a call. */
export interface CallOptions {
  readonly name: string;
  readonly retry: RetryPolicy;
  readonly autoSubscribe: boolean;
  readonly adaptiveStream: boolean;
  /** Whether messages about media may take a data channel in the room's place. */
  readonly channel: boolean;
  /** When joining began, by `performance.now()`. */
  readonly since: number;
  readonly transport?: TransportOptions;
}

/**
 * A call in a room: who is there, one's own devices, what the others send. Made by `connect()`; over after `closed`,
 * when every connection, timer and track of it is closed too.
 */
export class Call extends Emitter<CallEvents> {
  readonly roomId: string;
  /** The server's settings for media. */
  readonly media: ClientMediaSettings;

  readonly #signaling: Signaling;
  readonly #roster: LiveRoster;
  readonly #standing: Standing;
  readonly #media: MediaPlane;
  readonly #subscriptions: SubscriptionWishes;
  readonly #views: TrackViews;
  readonly #chat = new ChatOutbox();
  readonly #data = new DataMessages(() => this.#media.data);
  readonly #outages = new Outages((event, plane) => {
    if (event === 'reconnecting') this.#media.experience.reconnected();
    this.emit(event, { plane });
  });
  readonly #own: OwnMedia;
  readonly #speakers: SpeakerWatch;
  readonly #stats: StatsWatch;
  readonly #leaveWithPage = () => this.leave();
  readonly #report = (error: unknown) => {
    if (error instanceof CallError && !this.#ended) this.emit('error', error);
  };
  #ended: CallEnd | undefined;

  /** @internal Applications call `connect()`. */
  constructor(signaling: Signaling, joined: Joined, options: CallOptions) {
    super();
    const { name, retry, autoSubscribe, adaptiveStream, channel, since, transport = {} } = options;
    const { roomId, participantId, media, participants, identity, grants } = joined;
    this.roomId = roomId;
    this.media = media;
    this.#signaling = signaling;
    const error = this.#report;
    this.#standing = new Standing(joined, (event, what) => {
      if (event === 'grants-changed') this.#own.giveUp();
      this.emit(event, what);
    });
    const self = {
      participantId,
      name: joined.name ?? name,
      ...(identity !== undefined && { identity }),
      ...(grants.moderate && { moderator: true }),
      joinedAt: Date.now(),
    };
    this.#subscriptions = new SubscriptionWishes(autoSubscribe, () => {
      const request = this.#wanted();
      if (request !== undefined) this.#media.send(request);
      this.#media.check();
    });
    this.#views = new TrackViews({
      adaptive: adaptiveStream,
      track: (trackId) => this.remoteTracks.get(trackId)?.track,
      isVideo: (trackId) => this.#othersTrack(trackId)?.kind === 'video',
      changed: () => {
        const request = this.#views.request();
        if (request !== undefined) this.#media.send(request);
      },
    });
    this.#roster = new LiveRoster(rosterOf(self, participants), {
      published: (participantId, track) => this.#subscriptions.published({ ...track, participantId }),
      left: (participantId) => this.#subscriptions.forget(participantId),
      event: (event, what) => {
        this.emit(event, what);
        this.#media.check();
      },
      trackEnded: (trackId) => {
        this.#views.forget(trackId);
        this.#media.trackEnded(trackId);
      },
    });
    this.#media = new MediaPlane({
      settings: media,
      joining: {
        since,
        awaitsPicture: autoSubscribe && participants.some(({ tracks }) => tracks.some(isVideo)),
      },
      wishes: () => [this.#wanted(), this.#views.request()].filter((request) => request !== undefined),
      isHidden: (trackId, ms) => this.#views.isHidden(trackId, ms),
      retry,
      transport,
      channel,
      relay: (message) => void signaling.send(message),
      checkRelay: () => signaling.check(),
      begun: () => {
        this.#roster.endOwnTracks();
        this.#own.republish();
      },
      expects: () => ({
        sending: this.#own.isSending,
        receiving:
          this.grants.subscribe && this.#othersTracks().some((track) => this.#subscriptions.wants(track)),
      }),
      lost: (lost) => this.#outages.set('media', lost),
      added: (track) => {
        this.#views.arrived();
        this.emit('track', track);
      },
      removed: (track) => this.emit('track-removed', track),
      qualityChanged: ({ type, roomId: _, ...change }) => this.emit(type, change),
      dataOpened: () => this.#data.opened(),
      data: (frame, reliability) => {
        const message = this.#data.read(frame, reliability);
        if (message !== undefined && !this.#ended) this.emit('data', message);
      },
      error,
    });
    const apply = this.#roster.apply.bind(this.#roster);
    this.#own = new OwnMedia({
      settings: media,
      publisher: this.#media,
      grants: () => this.grants,
      mute: (message) => void signaling.send(message),
      stopScreen: (message) => this.#media.send(message),
      listener: {
        published: ({ source, kind, layers }, trackId) => {
          const track = { trackId, kind, source, layers, muted: false };
          apply({ type: 'track-published', participantId: this.participantId, track });
        },
        unpublished: (trackId) =>
          apply({ type: 'track-unpublished', participantId: this.participantId, trackId }),
        muted: (trackId, muted) =>
          apply({ type: 'track-muted', participantId: this.participantId, trackId, muted }),
      },
      changed: (tracks) => {
        this.emit('local-changed', tracks);
        this.#media.check();
      },
      deviceChanged: (change) => this.emit('device-changed', change),
      error,
    });
    this.#speakers = new SpeakerWatch({
      levels: () => this.#media.readLevels(),
      own: () => {
        const { track, enabled } = this.#own.track('microphone');
        return { participantId: this.participantId, microphone: enabled ? track : undefined };
      },
      changed: (speakers) => this.emit('active-speakers', speakers),
    });
    this.onDemand('data', (wanted) => {
      if (wanted && !this.#ended) this.#media.useData();
    });
    this.onDemand('active-speakers', (wanted) => this.#speakers.want(wanted && !this.#ended));
    this.#stats = new StatsWatch({
      report: () => this.#media.report(),
      participants: () => this.participants,
      isPaused: (trackId) => this.#media.isPaused(trackId),
      measured: (stats) => this.emit('stats', stats),
      qualityChanged: (change) => this.emit('connection-quality', change),
    });
    this.onDemand('stats', (wanted) => this.#stats.want('stats', wanted && !this.#ended));
    this.onDemand('connection-quality', (wanted) => this.#stats.want('quality', wanted && !this.#ended));
    globalThis.addEventListener?.('pagehide', this.#leaveWithPage);
  }

  /** One's own id; another one after a loss so long that the server has given up the old. */
  get participantId(): string {
    return this.#roster.self.participantId;
  }

  /** What one may do. Others after every `grants-changed`. */
  get grants(): Grants {
    return this.#standing.grants;
  }

  /** The room's settings. Others after every `room-updated`. */
  get room(): RoomSettings {
    return this.#standing.room;
  }

  /** Who waits to be let in; empty for who does not moderate. Another list after every `lobby`. */
  get lobby(): readonly LobbyGuest[] {
    return this.#standing.lobby;
  }

  /** Set while the room is recorded; another after every `recording-changed`. */
  get recording(): ActiveRecording | undefined {
    return this.#standing.recording;
  }

  /** Whether everything works; `reconnecting` and `reconnected` tell of changes. */
  get state(): CallState {
    if (this.#ended) return 'ended';
    return this.#outages.any ? 'reconnecting' : 'connected';
  }

  /** Everybody in the room by id, oneself first. Another map after every `participants-changed`. */
  get participants(): Roster {
    return this.#roster.all;
  }

  /** The others' tracks that arrive now, by track id. Another map after every `track` and `track-removed`. */
  get remoteTracks(): ReadonlyMap<string, RemoteTrack> {
    return this.#media.remoteTracks;
  }

  /** One's own sources that were used so far. Another map after every `local-changed`. */
  get localTracks(): LocalTracks {
    return this.#own.tracks;
  }

  /** Who speaks now, the loudest first. Known while something listens to `active-speakers`. */
  get activeSpeakers(): readonly ActiveSpeaker[] {
    return this.#speakers.speakers.active;
  }

  /**
   * Who leads the conversation: who spoke last, until somebody else has spoken for a second; a cough changes nothing.
   * Known while something listens to `active-speakers`.
   */
  get dominantSpeaker(): string | undefined {
    return this.#speakers.speakers.dominant;
  }

  /**
   * What was measured in the last three minutes, oldest first, once a second while something listens to `stats` or
   * `connection-quality`. Another list after each measurement.
   */
  get stats(): readonly CallStats[] {
    return this.#stats.history;
  }

  /**
   * How everybody comes through, by participant id: oneself to the server, the others to here. Who sends nothing is not in
   * it. Known while something listens to `connection-quality`.
   */
  get connectionQuality(): ReadonlyMap<string, ConnectionQuality> {
    return this.#stats.qualities;
  }

  /** Why the call is over; undefined while it is not. */
  get ended(): CallEnd | undefined {
    return this.#ended;
  }

  /**
   * Turns the microphone on, asking for it where there is none yet, or mutes it. Resolves when the others know.
   *
   * @throws {CallError} if it cannot be had or published; it is off then. `publish_not_allowed` if the grants lack it;
   * `call_ended` if the call is over
   */
  setMicrophoneEnabled(enabled: boolean): Promise<void> {
    return this.#own.setEnabled('microphone', enabled);
  }

  /**
   * Turns the camera on or off; off releases the device.
   *
   * @throws {CallError} if it cannot be had or published; it is off then. `publish_not_allowed` if the grants lack it;
   * `call_ended` if the call is over
   */
  setCameraEnabled(enabled: boolean): Promise<void> {
    return this.#own.setEnabled('camera', enabled);
  }

  /**
   * Captures with another camera or microphone from now on: one of `listDevices()` by its id (empty for whichever the
   * browser prefers), or the side of a phone that the camera looks to. Needs no negotiation. What is muted stays muted;
   * a camera that is off begins with it. `device-changed` tells which one it became: another where the chosen one is gone.
   *
   * @throws {CallError} if it cannot be had; the device before goes on, where the system lets it
   */
  switchDevice(device: Device, choice: string | { readonly facingMode: FacingMode }): Promise<void> {
    return this.#own.switchDevice(device, typeof choice === 'string' ? { deviceId: choice } : choice);
  }

  /** Which camera and microphone capture, or will once they are turned on; empty for whichever the browser prefers. */
  get devices(): Readonly<Record<Device, DeviceChoice>> {
    return this.#own.choices;
  }

  /**
   * Publishes a track of the application's, in place of what was there. The call owns it from now on: it stops it
   * when the source is turned off or replaced, and with the call. A camera or microphone that is turned on again later
   * is the person's device. A screen counts as `detail` unless its `contentHint` says `motion`; it ends by
   * `stopScreenShare()`, its sound with it.
   *
   * @throws {CallError} if the server refuses it; `capture_failed` if the track has ended already; `publish_not_allowed`
   */
  publish(source: Source, track: MediaStreamTrack): Promise<void> {
    return this.#own.publish(source, track);
  }

  /**
   * Lets the person choose a screen and shares it in full size up to 4K, with its sound where the browser has it. Call
   * it from a click.
   *
   * @param settings.content `detail` (default) for text and pictures, sharp at up to 15 frames a second; `motion` for
   * films and games, up to 30
   * @param settings.sound default true
   * @throws {CallError} `permission_denied` if nothing was chosen
   */
  startScreenShare(settings?: ScreenSettings): Promise<void> {
    return this.#own.startScreenShare(settings);
  }

  /** Ends what `startScreenShare()` began; does nothing while no screen is shared. */
  stopScreenShare(): Promise<void> {
    return this.#own.stopScreenShare();
  }

  /**
   * Chooses the layer received of one track, or of every camera. `quality-changed` tells what came of it, or an
   * `error` with code `track_not_found`.
   */
  updateQuality(quality: Quality, trackId?: string): void {
    this.#media.updateQuality(quality, trackId);
  }

  /**
   * Receives a track of somebody's, by its id in `participants`: `track` tells when it comes. Holds for that
   * participant's source for as long as the participant stays, also when it is published again under another id.
   */
  subscribe(trackId: string): void {
    this.#choose(trackId, true);
  }

  /** The opposite of {@link subscribe}: the track is not sent here any more. `track-removed` tells when it is gone. */
  unsubscribe(trackId: string): void {
    this.#choose(trackId, false);
  }

  /**
   * Plays one of the others' tracks in an element, now or when it arrives. Of a video the server is told how large it is seen
   * from then on, and sends what that needs: a small layer to a small tile, nothing to one that is scrolled away or, for
   * five seconds, on a hidden page. In several elements the largest counts; no longer in any it is not sent. What is drawn by other means,
   * from a hidden element, say, is better not attached, or {@link setView} tells its size. An element plays one track, what was attached last.
   * It holds through new media sessions, until it is detached or the track is over: what is made at each `track` is detached at `track-removed`.
   *
   * @returns detaches it
   * @example
   * ```ts
   * call.on('track', ({ trackId, kind, track }) => {
   *   const element = document.body.appendChild(document.createElement(kind));
   *   element.autoplay = element.playsInline = true;
   *   const detach = call.attach(trackId, element);
   *   call.on('track-removed', (gone) => {
   *     if (gone.track !== track) return;
   *     detach();
   *     element.remove();
   *   });
   * });
   * ```
   */
  attach(trackId: string, element: HTMLMediaElement): () => void {
    return this.#views.attach(trackId, element);
  }

  /**
   * Tells how large one of the others' videos is shown, where no element can tell: in device pixels; 0 × 0 is not visible. Where
   * it is attached too, the largest counts.
   */
  setView(trackId: string, size: ViewSize): void {
    this.#views.set(trackId, size);
  }

  /** Whether the person wants one of the others' tracks whatever happens: the last to suffer, and sent in any big room. */
  setPinned(trackId: string, pinned: boolean): void {
    this.#views.pin(trackId, pinned);
  }

  /** Sends a text to everybody, later if the room cannot be reached now; it comes back as a `chat` event. */
  sendChat(text: string): void {
    if (!this.#chat.add(text)) {
      this.#report(new CallError('rate_limited', 'Too many texts wait to be sent. Send this one later.'));
      return;
    }
    // While the events that were missed are coming, all that waits is about to be sent.
    if (!this.#outages.has('signaling')) this.#signaling.send({ type: 'chat', text });
  }

  /**
   * Sends bytes or a text to the others, or to some of them, who get a `data` event. A reliable message is kept for a
   * while where it cannot be sent now; a lossy one is dropped. What is on its way when a connection ends is lost.
   *
   * @param payload 60 KiB at the most, lossy 1024 bytes
   * @throws {CallError} `forbidden` if the grants lack `data`; `message_too_large`; `invalid_message`; `rate_limited`: later;
   * `call_ended`. What the server refuses comes as an `error` event with `requestType` `data`
   */
  sendData(payload: string | Uint8Array, options: DataOptions = {}): void {
    if (this.#ended) throw callEnded();
    if (!this.grants.data) {
      throw new CallError(
        'forbidden',
        'You may not send data here. Ask a moderator, or join with a token that allows it.',
      );
    }
    this.#media.useData();
    this.#data.send(payload, options);
  }

  /** Changes one's own name, 1–100 characters. `participant-renamed` tells of it, or an `error` why not. */
  rename(name: string): void {
    this.#ask({ type: 'rename', name });
  }

  /** Moderates, where the grants say `moderate`. `moderated` and what follows tell of it, or an `error` why not. */
  moderate(request: ModerationAction): void {
    this.#ask({ type: 'moderate', request });
  }

  /** Leaves the room and closes everything. */
  leave(): void {
    if (this.#ended) return;
    this.#signaling.leave(this.#media.experience.report);
    this.#end({ reason: 'left' });
  }

  /** @internal The connection test's: loses the way to the room, as by an accident. */
  cutSignaling(): void {
    this.#signaling.cut();
  }

  /** @internal The connection test's: looks for the way of what is sent anew (RFC 8445 §2.4). */
  restartIce(): Promise<void> {
    return this.#media.restartIce();
  }

  /** @internal In the room again, with all that is to know. */
  handleJoined(joined: Joined): void {
    const { participantId, participants, media } = joined;
    if (participantId !== this.participantId) {
      this.#media.startAfresh(media);
      this.#roster.rename(participantId);
    }
    this.#roster.replace(participants);
    this.#standing.replace(joined);
    this.#roster.apply({
      type: 'moderator-changed',
      participantId,
      moderator: joined.grants.moderate,
    });
    if (joined.name !== undefined) {
      this.#roster.apply({ type: 'participant-renamed', participantId, name: joined.name });
    }
  }

  /** @internal */
  handleMessage(message: RoomMessage): void {
    if (this.#ended) return;
    switch (message.type) {
      case 'media-session':
        this.#media.handleSession(message);
        return;
      case 'request-offer':
      case 'answer':
      case 'offer':
      case 'quality-changed':
      case 'layers-watched':
      case 'codec-wanted':
      case 'active-speakers':
        this.#media.handleRelayed(message);
        return;
      case 'participant-joined':
      case 'participant-left':
      case 'participant-renamed':
      case 'moderator-changed':
      case 'track-published':
      case 'track-unpublished':
      case 'track-muted':
        this.#roster.apply(message);
        return;
      case 'chat': {
        const { type, roomId: _, seq: __, ...text } = message;
        if (text.participantId === this.participantId) this.#chat.told(text.text);
        this.emit(type, text);
        return;
      }
      case 'error': {
        const { code, requestType } = message;
        const reason = requestType === undefined ? ENDS[code] : undefined;
        if (reason !== undefined) return this.#end({ reason });
        if (requestType !== undefined && SESSION_REQUESTS.has(requestType)) {
          this.#media.handleRelayed(message);
          return;
        }
        if (requestType === 'chat') this.#chat.refused();
        else if (requestType === undefined && code === 'rate_limited') this.#chat.clear();
        if (requestType === 'mute' && code === 'track_not_found') return this.#own.muteUnknown();
        this.emit(
          'error',
          new CallError(code, message.message, requestType === undefined ? {} : { requestType }),
        );
        return;
      }
      case 'moderated':
        this.#moderated(message.request);
        this.#standing.apply(message);
        return;
      case 'room-updated':
      case 'grants-changed':
      case 'lobby':
      case 'recording-started':
      case 'recording-stopped':
        this.#standing.apply(message);
        return;
      case 'waiting':
        // Signaling waits.
        return;
      case 'room-closed':
        this.#end({ reason: 'room-closed', why: message.reason });
        return;
      default:
        assertNever(message);
    }
  }

  /** @internal The way to the room is lost. Media goes on. */
  handleLost(): void {
    this.#media.relayLost();
    this.#outages.set('signaling', true);
  }

  /** @internal The server has given one up, and a moderator has to let one in again. */
  handleWaiting(): void {
    this.emit('waiting', undefined);
  }

  /** @internal The way to the room is there again, and nothing is missing. */
  handleRecovered(): void {
    this.#own.restateMute();
    for (const text of this.#chat.texts) this.#signaling.send({ type: 'chat', text });
    this.#outages.set('signaling', false);
  }

  /** @internal There is no way to the room any more. */
  handleClosed({ code, message }: CallError): void {
    // Only an empty room is closed for being idle.
    const reason = ENDS[code];
    if (reason !== undefined) this.#end({ reason });
    else if (code === 'room_closed') this.#end({ reason: 'room-closed', why: 'deleted' });
    else this.#end({ reason: 'connection-lost', code, detail: message });
  }

  /** A moderator has muted a track of one's own: the room has told everybody. */
  #moderated(request: ModerationAction): void {
    if (request.action !== 'mute' || request.participantId !== this.participantId) return;
    const track = this.#roster.self.tracks.find(({ trackId }) => trackId === request.trackId);
    this.#own.muted(request.trackId, track?.source);
  }

  #choose(trackId: string, wanted: boolean): void {
    if (this.#ended) return;
    const track = this.#othersTrack(trackId);
    if (track !== undefined) {
      this.#subscriptions.set(track, wanted);
      return;
    }
    const message = 'Nobody else publishes a track with this trackId; see call.participants.';
    this.#report(new CallError('track_not_found', message, { requestType: 'subscribe' }));
  }

  /** What the others publish, as far as the room has told. */
  #othersTracks(): (OthersTrack & { kind: MediaKind })[] {
    return [...this.participants.values()].flatMap(({ isSelf, participantId, tracks }) =>
      isSelf ? [] : tracks.map(({ trackId, source, kind }) => ({ trackId, participantId, source, kind })),
    );
  }

  /** One of theirs. The node may tell of it before the room does. */
  #othersTrack(trackId: string) {
    return this.#othersTracks().find((one) => one.trackId === trackId) ?? this.remoteTracks.get(trackId);
  }

  /** What the media node is to be told of the tracks that one wants. */
  #wanted(): SessionRequest | undefined {
    // The node may tell of a track before the room does.
    const known = new Map(
      [...this.remoteTracks.values(), ...this.#othersTracks()].map((one) => [one.trackId, one]),
    );
    return this.#subscriptions.request([...known.values()]);
  }

  #ask(message: ClientMessage): void {
    if (this.#signaling.send(message)) return;
    const text = 'The room cannot be reached now. Try again in a moment.';
    this.#report(new CallError('connection_failed', text, { requestType: message.type }));
  }

  #end(end: CallEnd): void {
    if (this.#ended) return;
    this.#ended = end;
    globalThis.removeEventListener?.('pagehide', this.#leaveWithPage);
    this.#signaling.close();
    this.#subscriptions.close();
    this.#views.close();
    this.#media.close(callEnded());
    this.#own.close();
    this.emit('closed', end);
    this.removeAllListeners();
  }
}

function isVideo({ kind, muted }: Track): boolean {
  return kind === 'video' && !muted;
}
