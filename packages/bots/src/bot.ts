import {
  type CarrierKind,
  type ClientMessage,
  type Join,
  MAX_CLIENT_MESSAGE_BYTES,
  SessionRequest,
} from '@parley/protocol/client-messages';
import { decode } from '@parley/protocol/decode';
import type { Source } from '@parley/protocol/grants';
import { ServerMessage, SessionEvent } from '@parley/protocol/server-messages';
import { PROTOCOL_VERSION } from '@parley/protocol/version';
import { backoffDelay } from './backoff.ts';
import { type BotFigures, type OfferFigures, type Reconnect, trackFigures } from './bot-figures.ts';
import { BotMedia } from './bot-media.ts';
import { BotSocket, noSignalling } from './bot-socket.ts';
import { DirectCarrier } from './direct-carrier.ts';
import { Inbox, until, type WaitOptions } from './inbox.ts';
import type { CameraMedia } from './media/prepared-media.ts';
import { ReceivedTrack } from './received-track.ts';
import type { BotSource } from './send-connection.ts';

/** How long a bot takes to join at the most, ms. */
const JOIN_MS = 20_000;
/** How long the server may take to close the socket of who says goodbye, ms. */
const GOODBYE_MS = 2_000;
/** Close codes of our errors (4000 + HTTP status) that pass; after the others, coming back is of no use. */
const PASSING_CODES: ReadonlySet<number> = new Set([4408, 4429, 4500, 4503]);

export interface BotOptions {
  /** Where the edge is, for example `http://localhost:8080`. */
  edgeUrl: string;
  /** The room's id. */
  room: string;
  name: string;
  /** What it sends. Default nothing: it watches. */
  publish?: readonly BotSource[];
  /** Whether it receives what the others send. Default true. */
  autoSubscribe?: boolean;
  /** How its session messages go, where the server lets it choose. Default `relay`. */
  carrier?: CarrierKind;
  /** Audio packets a second. Default 50, as Opus has it; few packets let one machine carry many bots. */
  audioRate?: number;
  /** How loud its microphone says to be, dBov (RFC 6464): −127 is silent, −30 a voice. Default: it does not say. */
  audioLevel?: number;
  /** Frames a second of the camera. Default as prepared; few frames let one machine carry many bots. */
  videoRate?: number;
  /** Whether the camera has three layers. Default false: the lowest alone, 320×180. */
  simulcast?: boolean;
  /** Whether it sends only those layers of its camera that somebody watches. Default as `simulcast`. */
  dynacast?: boolean;
  /** What its camera shows. Default a test picture of 0.09, 0.2 and 0.4 Mbit/s. */
  camera?: CameraMedia;
  /** The local address of its media. Default 127.0.0.1. */
  bindAddress?: string;
}

type MessageOf<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

/**
 * A participant without a browser: real WebSockets, ICE, DTLS and SRTP, and prepared media. It behaves as a client that
 * recovers should: comes back when its socket is lost, follows its session to a new number, falls from direct to relay.
 */
export class Bot {
  readonly options: Required<Omit<BotOptions, 'videoRate' | 'audioLevel' | 'camera'>> &
    Pick<BotOptions, 'videoRate' | 'audioLevel' | 'camera'>;
  /** What servers said, the latest 500 messages. */
  readonly events = new Inbox<ServerMessage>();
  /** What a correct server would not have caused: errors, messages against the schema, failed negotiations. */
  readonly problems: string[] = [];
  /** What came of each track, by its id; also of tracks that have ended. */
  readonly received = new Map<string, ReceivedTrack>();
  /** How often and how the Room's socket was lost and found again. */
  readonly reconnects: Reconnect[] = [];
  readonly #signalling = { room: noSignalling(), direct: noSignalling() };
  readonly #direct: DirectCarrier;
  readonly #offered: OfferFigures = { offers: 0, tracks: 0, bytes: 0 };
  #participantId = '';
  #secret = '';
  #seq = 0;
  #room: BotSocket | undefined;
  /** Whether the Room has let us in over the present socket. */
  #isIn = false;
  #carrier: CarrierKind | 'none' = 'none';
  #media: BotMedia | undefined;
  #sentBefore = 0;
  #audioLevel: number | undefined;
  #idles = false;
  #joinSentAt: number | undefined;
  #joinedAt: number | undefined;
  #lost: { at: number; attempts: number; triedAt: number } | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Why it is over. */
  #ended: string | undefined;

  constructor(options: BotOptions) {
    this.options = {
      publish: [],
      autoSubscribe: true,
      carrier: 'relay',
      audioRate: 50,
      simulcast: false,
      dynacast: options.simulcast ?? false,
      bindAddress: '127.0.0.1',
      ...options,
    };
    this.#audioLevel = options.audioLevel;
    this.#direct = new DirectCarrier({
      counts: this.#signalling.direct,
      onOpen: () => {
        this.#carrier = 'direct';
        this.#media?.carriedBy((request) => this.#direct.send(request));
      },
      onText: (text) => this.#takeDirect(text),
      onLost: () => this.#carriedByNobody(),
      ask: (session, carrier) => {
        if (this.#isIn) this.#room?.send({ type: 'reconnect-session', session, carrier });
      },
    });
  }

  get participantId(): string {
    return this.#participantId;
  }

  /** The number of the media session. */
  get session(): number | undefined {
    return this.#media?.session;
  }

  /** Which way its session messages go now. */
  get carrier(): CarrierKind | 'none' {
    return this.#carrier;
  }

  /** The ids of the own tracks, by source. */
  get published(): ReadonlyMap<Source, string> {
    return this.#media?.published ?? new Map();
  }

  /** Why the bot is out of the room for good; undefined while it is not. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Whether it is in the room and what it publishes is on its way. */
  get isReady(): boolean {
    return this.#isIn && this.#media?.isPublishing === true;
  }

  /**
   * Enters the room.
   *
   * @throws {Error} with the server's reason when it does not let the bot in
   */
  async join(ms = JOIN_MS): Promise<void> {
    this.#connect();
    await until(() => this.#isIn || this.#ended !== undefined, `${this.options.name} is let in`, {
      ms,
      state: () => this.#describe(),
    });
    if (this.#ended !== undefined) throw new Error(`${this.options.name} could not join: ${this.#ended}`);
  }

  /** Waits until it is in the room and what it publishes is on its way. */
  async ready(ms = JOIN_MS): Promise<void> {
    await until(
      () => this.isReady || this.#ended !== undefined,
      `${this.options.name} is in the room and publishes`,
      { ms, state: () => this.#describe() },
    );
    if (this.#ended !== undefined) throw new Error(`${this.options.name} is out: ${this.#ended}`);
  }

  /** The first message of a type that fits; it may have come already, see `events.count`. */
  async event<T extends ServerMessage['type']>(
    type: T,
    fits: (message: MessageOf<T>) => boolean = () => true,
    options?: WaitOptions,
  ): Promise<MessageOf<T>> {
    const isIt = (message: ServerMessage): message is MessageOf<T> =>
      message.type === type && fits(message as MessageOf<T>);
    return await this.events.waitFor(isIt, `${this.options.name}: a message ${type}`, options);
  }

  /** Sends a message, over the carrier where it concerns media. Lost when there is no connection. */
  send(message: ClientMessage): void {
    if (isSessionRequest(message)) this.#media?.request(message);
    else this.#room?.send(message);
  }

  /** Sends next to nothing, two frames a second of each stream, or at its rates again; in later sessions too. */
  setIdle(idles: boolean): void {
    this.#idles = idles;
    this.#media?.setIdle(idles);
  }

  /** Speaks or is silent from now on, in later sessions too: for bots with `audioLevel`. @param dbov −127–0 */
  setAudioLevel(dbov: number): void {
    this.#audioLevel = dbov;
    this.#media?.setAudioLevel(dbov);
  }

  /** Says goodbye and waits until the server has closed the socket. */
  async leave(): Promise<void> {
    if (this.#isIn && this.#ended === undefined) {
      this.#room?.send({ type: 'leave' });
      await until(() => this.#ended !== undefined, 'the server closes the socket', { ms: GOODBYE_MS }).catch(
        () => undefined,
      );
    }
    this.close();
  }

  /** Is gone as if its machine had lost power: no close frames, no goodbye. */
  vanish(): void {
    this.#room?.terminate();
    this.#direct.terminate();
    this.#end('vanished');
  }

  /** Closes the sockets and connections, without goodbye. @param why what `ended` says then */
  close(why = 'closed'): void {
    this.#room?.close();
    this.#direct.close();
    this.#end(why);
  }

  /** Loses the Room's socket, or the node's, as through a network failure; the bot comes back by itself. */
  cut(which: 'room' | 'direct'): void {
    if (which === 'room') this.#room?.cut();
    else this.#direct.cut();
  }

  /** What has come to pass so far. */
  figures(): BotFigures {
    const start = this.#joinSentAt;
    return {
      name: this.options.name,
      isReady: this.isReady,
      ended: this.#ended,
      problems: [...this.problems],
      session: this.session,
      joinMs: start === undefined || this.#joinedAt === undefined ? undefined : this.#joinedAt - start,
      sentPackets: this.#sentBefore + (this.#media?.sentPackets ?? 0),
      sentLayers: this.#media?.sentLayers ?? [],
      offered: { ...this.#offered },
      tracks: [...this.received.values()].map((track) => trackFigures(track, start)),
      reconnects: [...this.reconnects],
      signalling: { room: { ...this.#signalling.room }, direct: { ...this.#signalling.direct } },
    };
  }

  #connect(): void {
    const { edgeUrl, room } = this.options;
    if (this.#lost !== undefined) this.#lost.triedAt = performance.now();
    const url = new URL(`/ws?room=${encodeURIComponent(room)}`, edgeUrl.replace(/^http/, 'ws'));
    const socket = new BotSocket(url.href, {
      counts: this.#signalling.room,
      onOpen: () => {
        this.#joinSentAt ??= performance.now();
        socket.send(this.#joinMessage());
      },
      onText: (text) => this.#take(text),
      onLost: (code, reason) => this.#roomLost(code, reason),
    });
    this.#room = socket;
  }

  #joinMessage(): Join {
    const { room, name, carrier, autoSubscribe } = this.options;
    const [participantId, secret, seq] = [this.#participantId, this.#secret, this.#seq];
    return {
      type: 'join',
      roomId: room,
      participantName: name,
      version: PROTOCOL_VERSION,
      requestOffers: false,
      recovers: true,
      direct: carrier === 'direct',
      ...(!autoSubscribe && { autoSubscribe }),
      ...(secret !== '' && { resume: { participantId, secret, seq } }),
    };
  }

  /** A message over the Room's socket. */
  #take(text: string): void {
    const message = this.#read(text);
    if (message === undefined) return;
    switch (message.type) {
      case 'joined':
        this.#joined(message);
        break;
      case 'resumed':
        this.#back('resumed');
        break;
      case 'media-session':
        this.#follow(message);
        break;
      case 'request-offer':
      case 'answer':
      case 'offer':
      case 'quality-changed':
      case 'layers-watched':
      case 'codec-wanted':
      case 'active-speakers':
        if (this.#carrier === 'relay') this.#handle(message);
        break;
      case 'error':
        this.problems.push(`${message.code}: ${message.message}`);
        if (!this.#isIn && this.#lost === undefined) this.#end(`${message.code}: ${message.message}`);
        break;
      case 'participant-joined':
      case 'participant-left':
      case 'track-published':
      case 'track-unpublished':
      case 'track-muted':
      case 'participant-renamed':
      case 'room-updated':
      case 'moderator-changed':
      case 'moderated':
      case 'chat':
        if (message.seq <= this.#seq) this.problems.push(`event ${message.seq} came after ${this.#seq}`);
        this.#seq = message.seq;
        break;
      case 'room-closed':
      case 'recording-started':
      case 'recording-stopped':
      case 'grants-changed':
      case 'waiting':
      case 'lobby':
        break;
      default:
        message satisfies never;
    }
    // Last, so that who waits for it sees the bot as the message has made it.
    this.events.push(message);
  }

  /** A message over the node's socket. */
  #takeDirect(text: string): void {
    const message = this.#read(text);
    const event = SessionEvent.safeParse(message);
    if (message === undefined || !event.success) return;
    const { data } = event;
    // By these the node says goodbye, whatever the cause; the Room says what is next.
    const isGoodbye = (code: string) => code === 'session_ended' || code === 'session_replaced';
    if (data.type === 'error' && !isGoodbye(data.code)) this.problems.push(`${data.code}: ${data.message}`);
    this.#handle(data);
    this.events.push(message);
  }

  /** What the node says. */
  #handle(event: SessionEvent): void {
    if (event.type === 'offer') {
      this.#offered.offers += 1;
      this.#offered.tracks += event.tracks.length;
      this.#offered.bytes += Buffer.byteLength(event.sdp);
    }
    this.#media?.handle(event);
  }

  #read(text: string): ServerMessage | undefined {
    try {
      return decode(ServerMessage, text, MAX_CLIENT_MESSAGE_BYTES);
    } catch (error) {
      this.problems.push(`unreadable: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  #joined({ participantId, resumeSecret, seq, resumed }: MessageOf<'joined'>): void {
    const isAnother = this.#participantId !== '' && this.#participantId !== participantId;
    if (isAnother) this.#dropMedia();
    this.#participantId = participantId;
    this.#secret = resumeSecret ?? this.#secret;
    this.#seq = seq;
    this.#joinedAt ??= performance.now();
    this.#back(resumed ? 'told-all' : 'anew');
  }

  #back(how: Reconnect['how']): void {
    this.#isIn = true;
    if (this.#lost === undefined) return;
    const { at, attempts, triedAt } = this.#lost;
    this.reconnects.push({ how, attempts, triedMs: triedAt - at, ms: performance.now() - at });
    this.#lost = undefined;
  }

  #follow({ session, carrier }: MessageOf<'media-session'>): void {
    if (this.#media !== undefined && session < this.#media.session) return;
    if (this.#media?.session !== session) {
      this.#dropMedia();
      this.#media = this.#makeMedia(session);
      this.#media.setIdle(this.#idles);
    }
    this.#direct.close();
    switch (carrier.type) {
      case 'relay':
        this.#carrier = 'relay';
        this.#media?.carriedBy((request) => this.#room?.send(request));
        return;
      case 'direct':
        this.#carriedByNobody();
        this.#direct.open(session, carrier.url, carrier.ticket);
        return;
    }
    carrier satisfies never;
  }

  #makeMedia(session: number): BotMedia {
    const { name, publish, audioRate, videoRate, simulcast, dynacast, camera, bindAddress } = this.options;
    const audioLevel = this.#audioLevel;
    return new BotMedia({
      name,
      session,
      sources: publish,
      audioRate,
      audioLevel,
      videoRate,
      simulcast,
      dynacast,
      camera,
      bindAddress,
      received: ({ trackId, participantId, kind }) => {
        const known = this.received.get(trackId) ?? new ReceivedTrack(trackId, participantId, kind);
        this.received.set(trackId, known);
        return known;
      },
      onProblem: (problem) => this.problems.push(problem),
    });
  }

  #roomLost(code: number, reason: string): void {
    const wasIn = this.#isIn;
    this.#isIn = false;
    this.#room = undefined;
    if (this.#carrier === 'relay') this.#carriedByNobody();
    const why = `the socket was closed with ${code} ${reason}`;
    const isFinal = code === 1000 || (code >= 4000 && !PASSING_CODES.has(code));
    if (this.#participantId === '' || isFinal) {
      this.#direct.close();
      this.#end(why);
      return;
    }
    const now = performance.now();
    if (wasIn) this.#lost = { at: now, attempts: 0, triedAt: now };
    if (this.#ended !== undefined || this.#lost === undefined) return;
    this.#retry = setTimeout(() => this.#connect(), backoffDelay(this.#lost.attempts));
    this.#lost.attempts += 1;
  }

  #carriedByNobody(): void {
    this.#carrier = 'none';
    this.#media?.carriedBy(undefined);
  }

  #dropMedia(): void {
    this.#sentBefore += this.#media?.sentPackets ?? 0;
    this.#media?.close();
    this.#media = undefined;
  }

  #end(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.#isIn = false;
    clearTimeout(this.#retry);
    this.#carrier = 'none';
    this.#dropMedia();
  }

  #describe(): string {
    return `in the room: ${this.#isIn}, session ${this.session}, carrier ${this.#carrier}, problems: ${this.problems.join('; ') || 'none'}`;
  }
}

const SESSION_REQUEST_TYPES: ReadonlySet<string> = new Set(
  SessionRequest.options.map((option) => option.shape.type.value),
);

function isSessionRequest(message: ClientMessage): message is SessionRequest {
  return SESSION_REQUEST_TYPES.has(message.type);
}
