import { type ErrorCode, ParleyError } from '@parley/protocol/errors';
import type { Logger } from 'pino';
import type { EdgeSocketTuning } from '../edge/edge-socket.ts';
import type { Assignment } from '../fleet/fleet-client.ts';
import { LinkOutbox } from '../links/link-outbox.ts';
import { NODE_STOPS, ROOM_ENDED, type RoomCommand, RoomLink } from '../links/room-link.ts';
import type { Session } from '../sessions/session.ts';
import type { MediaSettings } from '../sessions/session-context.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import type { ThrottledLog } from '../telemetry/throttled-log.ts';
import type { TrafficLedger } from '../telemetry/traffic-ledger.ts';
import type { TicketVerifier } from '../tickets/ticket-verifier.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import { type Carrier, MediaRoom } from './media-room.ts';
import { ParticipantQueues } from './participant-queues.ts';

/** What hosted rooms share: the node's parts. */
export interface HostContext {
  edgeUrl: string;
  incarnation: string;
  pool: WorkerPool;
  verifier: TicketVerifier;
  settings: MediaSettings;
  ledger: TrafficLedger;
  metrics: NodeMetrics;
  logger: Logger;
  events: ThrottledLog;
  /** A room whose link is down ends after this time unless somebody's media flows, ms. */
  orphanGraceMs: number;
  socketTuning?: EdgeSocketTuning;
}

/** Commands for one participant that may wait while its session opens. */
const MAX_WAITING = 64;

const NO_SESSION = 'This node holds no session for the participant; open one with a ticket.';

/** A room that this node serves: its link to the Room object, and its media once somebody is in it. */
export class HostedRoom {
  readonly roomId: string;
  readonly #context: HostContext;
  readonly #onEnded: () => void;
  readonly #outbox = new LinkOutbox();
  readonly #queues = new ParticipantQueues(MAX_WAITING);
  #epoch: number;
  #link: RoomLink;
  #media: Promise<MediaRoom> | undefined;
  /** The media room once it exists. */
  #room: MediaRoom | undefined;
  #orphanTimer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param onEnded called once, when the room has ended by itself or by the Room's will */
  constructor(assignment: Assignment, context: HostContext, onEnded: () => void) {
    this.roomId = assignment.roomId;
    this.#epoch = assignment.epoch;
    this.#context = context;
    this.#onEnded = onEnded;
    this.#link = this.#openLink(assignment);
  }

  get epoch(): number {
    return this.#epoch;
  }

  get linkUp(): boolean {
    return this.#link.up;
  }

  /** The room's media, once there is any. */
  get media(): MediaRoom | undefined {
    return this.#room;
  }

  /** Takes a newer assignment, or the same again while the link is down. Media goes on; the Room reconciles. */
  reassign(assignment: Assignment): void {
    if (assignment.epoch < this.#epoch) return;
    if (assignment.epoch === this.#epoch && this.#link.up) return;
    this.#link.close(1000, 'replaced by a newer assignment');
    this.#epoch = assignment.epoch;
    this.#link = this.#openLink(assignment);
  }

  /** Ends the room because the node stops. */
  close(): void {
    this.#end(NODE_STOPS, 'the node stops');
  }

  #openLink({ roomId, assignment }: Assignment): RoomLink {
    const { edgeUrl, incarnation, logger, events, socketTuning } = this.#context;
    return new RoomLink({
      edgeUrl,
      roomId,
      assignment,
      incarnation,
      logger,
      events,
      outbox: this.#outbox,
      sessions: () =>
        [...(this.#room?.sessions ?? [])].map(([participantId, { tracks }]) => ({ participantId, tracks })),
      onCommand: (command) => this.#handle(command),
      onUp: () => {
        clearTimeout(this.#orphanTimer);
        this.#orphanTimer = undefined;
        events.info('link-up', { roomId, epoch: this.#epoch }, 'room link is up');
        this.#retell();
      },
      onDown: () => this.#awaitLink(),
      onRevoked: ({ code, reason }) => this.#end(code, `the Room ended its link (${code} ${reason})`),
      ...(socketTuning && { socketTuning }),
    });
  }

  #handle(command: RoomCommand): void {
    const epoch = this.#epoch;
    switch (command.type) {
      case 'open-session':
        this.#enqueue(command.participantId, () => this.#open(command, epoch));
        return;
      case 'session-request':
        this.#enqueue(command.participantId, () => {
          const session = this.#room?.sessions.get(command.participantId);
          // Not waited for: the session has a queue of its own.
          if (session !== undefined) void session.handle(command.message);
          else this.#refuse(command.participantId, 'ticket_missing', NO_SESSION, command.message.type);
        });
        return;
      case 'close-session':
        this.#enqueue(command.participantId, () => {
          this.#room?.close(command.participantId);
        });
        return;
      case 'set-muted':
        this.#enqueue(command.participantId, () => this.#setMuted(command));
        return;
      case 'get-stats':
        void this.#sendStats(command.requestId);
        return;
      case 'close-room':
        this.#end(1000, 'the room is closed');
        return;
      default:
        command satisfies never;
    }
  }

  #enqueue(participantId: string, task: () => Promise<void> | void): void {
    const done = this.#queues.run(participantId, async () => {
      if (!this.#closed) await task();
    });
    if (done === undefined) {
      this.#refuse(participantId, 'invalid_message', 'Too many messages at once; wait for answers.');
      return;
    }
    done.catch((error: unknown) => {
      const { logger } = this.#context;
      const fields = { event: 'link-command-failed', roomId: this.roomId, participantId, err: error };
      logger.error(fields, 'a link command failed');
    });
  }

  /**
   * Opens a session for whoever shows a ticket for it: the one door, whichever carrier stands before it.
   *
   * @throws {ParleyError} what is wrong with the ticket, or `media_unavailable`
   */
  async admit(ticket: string, participantId: string, carrier: Carrier): Promise<Session> {
    const { verifier, metrics, events } = this.#context;
    const { roomId } = this;
    const claims = await verifier.verify(ticket, { roomId, epoch: this.#epoch, participantId });
    const media = await this.#mediaRoom();
    if (this.#closed) throw new ParleyError('room_closed', 'The room was closed on this node.');
    if (claims.epoch !== this.#epoch) {
      throw new ParleyError(
        'ticket_stale_epoch',
        'The room was assigned anew meanwhile; get another ticket.',
      );
    }
    const session = media.open(claims, carrier);
    metrics.sessionOpened();
    events.info('session-opened', { roomId, participantId }, 'a media session opened');
    return session;
  }

  /** Opens a session whose client speaks through the Room, which said so in an epoch. */
  async #open(
    { participantId, ticket }: Extract<RoomCommand, { type: 'open-session' }>,
    epoch: number,
  ): Promise<void> {
    const { metrics, events } = this.#context;
    try {
      await this.admit(ticket, participantId, {
        send: (message) => this.#link.send({ type: 'session-event', participantId, message }),
      });
    } catch (error) {
      const { code, message } = this.#explain(error, participantId);
      metrics.sessionRefused(code);
      events.info('session-refused', { roomId: this.roomId, participantId, code }, message);
      // A newer link's hello has told the Room that there is no session: it has opened another by now.
      if (epoch === this.#epoch) this.#tellClosed(participantId, code, message);
    }
  }

  #explain(error: unknown, participantId: string): Pick<ParleyError, 'code' | 'message'> {
    if (error instanceof ParleyError) return error;
    const { logger } = this.#context;
    logger.error(
      { event: 'open-failed', roomId: this.roomId, participantId, err: error },
      'a session did not open',
    );
    return { code: 'media_unavailable', message: 'The media node could not open the session; try again.' };
  }

  /** Answers a participant without a session; the Room knows already that there is none, and may be opening another. */
  #refuse(participantId: string, code: ErrorCode, text: string, requestType?: string): void {
    const message = { type: 'error' as const, code, message: text, ...(requestType && { requestType }) };
    this.#link.send({ type: 'session-event', participantId, message });
  }

  #tellClosed(participantId: string, code: ErrorCode, message: string): void {
    this.#link.send({ type: 'session-closed', participantId, code, message });
  }

  /** One router, also when several sessions open at once. */
  #mediaRoom(): Promise<MediaRoom> {
    this.#media ??= this.#makeMediaRoom().catch((error: unknown) => {
      this.#media = undefined;
      throw error;
    });
    return this.#media;
  }

  async #makeMediaRoom(): Promise<MediaRoom> {
    const { pool, settings, ledger, logger, metrics } = this.#context;
    const { roomId } = this;
    const router = await pool.createRouter();
    const room = new MediaRoom(
      { roomId, router, settings, ledger, logger },
      {
        published: (participantId, track) =>
          this.#link.send({ type: 'track-published', participantId, track }),
        unpublished: (participantId, trackId) =>
          this.#link.send({ type: 'track-unpublished', participantId, trackId }),
        mediaState: (participantId, state) => this.#link.send({ type: 'media-state', participantId, state }),
        candidate: () => metrics.candidate(),
      },
    );
    if (this.#closed) room.closeAll();
    // Its worker may have died since.
    if (router.router.closed)
      throw new ParleyError('media_unavailable', 'The media worker failed; try again.');
    router.router.once('workerclose', () => this.#workerDied(room));
    this.#room = room;
    return room;
  }

  #workerDied(room: MediaRoom): void {
    if (this.#room === room) {
      this.#room = undefined;
      this.#media = undefined;
    }
    for (const participantId of [...room.sessions.keys()]) {
      room.close(participantId);
      this.#tellClosed(
        participantId,
        'media_unavailable',
        'The media worker of this room failed; join again.',
      );
    }
  }

  async #setMuted({
    participantId,
    trackId,
    muted,
  }: Extract<RoomCommand, { type: 'set-muted' }>): Promise<void> {
    try {
      await this.#room?.sessions.get(participantId)?.setMuted(trackId, muted);
    } catch (error) {
      // The track may have ended while the message was on its way.
      if (!(error instanceof ParleyError)) throw error;
    }
  }

  async #sendStats(requestId: string): Promise<void> {
    const stats = (await this.#room?.stats()) ?? { tracks: [], subscriptions: [] };
    this.#link.send({ type: 'stats', requestId, stats });
  }

  /** Tells the Room what `hello` does not say, and clients what may have been lost with an older link. */
  #retell(): void {
    for (const [participantId, session] of this.#room?.sessions ?? []) {
      const state = session.mediaState;
      if (state !== undefined) this.#link.send({ type: 'media-state', participantId, state });
      session.carrierRestored();
    }
  }

  #awaitLink(): void {
    if (this.#orphanTimer !== undefined || this.#closed) return;
    this.#orphanTimer = setTimeout(() => {
      this.#orphanTimer = undefined;
      const sessions = [...(this.#room?.sessions.values() ?? [])];
      if (sessions.some(({ mediaState }) => mediaState === 'connected')) this.#awaitLink();
      else this.#end(ROOM_ENDED, 'nobody is in the room and the edge is out of reach');
    }, this.#context.orphanGraceMs);
  }

  #end(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#orphanTimer);
    this.#link.close(code, reason);
    this.#room?.closeAll();
    this.#context.events.info('room-ended', { roomId: this.roomId, reason }, 'a room ended on this node');
    this.#onEnded();
  }
}
