import type { Grants } from '@parley/protocol/grants';
import type { MediaState, SessionReport } from '@parley/protocol/link-messages';
import type { CaptureEvent, CaptureOrder } from '@parley/protocol/recording/capture';
import type { RoomMediaOptions } from '@parley/protocol/room-media';
import type { TicketClaims } from '@parley/protocol/tokens';
import type { Track } from '@parley/protocol/track';
import type { ThrottledLog } from '@parley/service/throttled-log';
import { limitOf, type ShedStep } from '../capacity/shed-step.ts';
import { type DataCounts, DataHub } from '../data/data-hub.ts';
import { RoomForwarding } from '../forwarding/room-forwarding.ts';
import { RoomHistory } from '../history/room-history.ts';
import { TrackPipes } from '../pipes/track-pipes.ts';
import { TrackRates } from '../quality/track-rates.ts';
import type { CapturePlace } from '../recording/capture-transport.ts';
import { RoomCapture } from '../recording/room-capture.ts';
import type { Carrier } from '../sessions/carrier.ts';
import { describeTrack, type PublishedTrack } from '../sessions/published-track.ts';
import { Session } from '../sessions/session.ts';
import type { SessionContext, SessionId } from '../sessions/session-context.ts';
import { SessionMeter } from '../sessions/session-meter.ts';
import { RoomSpeakers } from '../speakers/room-speakers.ts';
import type { RoomRouter } from '../workers/media-worker.ts';
import type { Placement } from '../workers/placement.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import { Dynacast } from './dynacast.ts';
import { RoomRouters } from './room-routers.ts';
import { RoomFigures } from './room-stats.ts';

/** What a room's sessions have in common. */
export type RoomContext = Pick<SessionContext, 'roomId' | 'settings' | 'ledger' | 'timings' | 'logger'> & {
  dataCounts: DataCounts;
  pool: WorkerPool;
  placement: Placement;
  capture: CapturePlace;
  events: ThrottledLog;
};

/** What happens in a room, for the Room object's ears. */
export interface MediaRoomHandlers {
  published(id: SessionId, track: Track): void;
  unpublished(id: SessionId, trackId: string): void;
  mediaState(id: SessionId, state: MediaState): void;
  candidate(): void;
  /** A worker died and took a session along. */
  lost(id: SessionId): void;
  /** A session has ended. */
  report(id: SessionId, report: SessionReport): void;
  /** Of the room's capture. */
  captured(order: CaptureOrder, event: CaptureEvent): void;
}

/**
 * A room's media on this node: its routers and the sessions on them. Tracks go from session to session only here, so a
 * session never comes to know a producer of another room.
 */
export class MediaRoom {
  readonly #context: RoomContext;
  readonly #handlers: MediaRoomHandlers;
  readonly #routers: RoomRouters;
  readonly #pipes: TrackPipes;
  readonly #data: DataHub;
  readonly #dynacast = new Dynacast();
  readonly #speakers: RoomSpeakers;
  readonly #forwarding: RoomForwarding<Session>;
  readonly #rates = new TrackRates();
  readonly #sessions = new Map<string, Session>();
  /** Sessions that have ended and are not reported yet. */
  readonly #reports = new Set<Promise<void>>();
  #options: RoomMediaOptions = {};
  readonly #history = new RoomHistory();
  #shed: ShedStep = 'none';
  #era: string = crypto.randomUUID();
  readonly #figures = new RoomFigures(() => [...this.#sessions.values()]);
  #capture: RoomCapture | undefined;

  constructor(context: RoomContext, handlers: MediaRoomHandlers) {
    this.#context = context;
    this.#handlers = handlers;
    this.#pipes = new TrackPipes(context.settings.repair.nack);
    this.#data = new DataHub(context.dataCounts);
    this.#routers = new RoomRouters(context.pool, context.placement, {
      opened: (router) => this.#opened(router),
      lost: (router) => this.#lost(router),
    });
    this.#speakers = new RoomSpeakers(context.logger.child({ roomId: context.roomId }));
    const sessions = () => this.#sessions.values();
    this.#forwarding = new RoomForwarding({ speakers: this.#speakers, sessions });
  }

  /** What carries the room, the oldest first: one on each worker that it is on. */
  get routers(): RoomRouter[] {
    return this.#routers.all;
  }

  /** Its tracks on other routers than their own. */
  get pipes(): TrackPipes {
    return this.#pipes;
  }

  /** Another one after each worker that it has lost: what it used up to then tells nothing about it any more. */
  get era(): string {
    return this.#era;
  }

  /** What the room says of its media. */
  get options(): RoomMediaOptions {
    return this.#options;
  }

  /** Its last minutes. */
  get history(): RoomHistory {
    return this.#history;
  }

  /** Who speaks in it. */
  get speakers(): RoomSpeakers {
    return this.#speakers;
  }

  /** What it has lost to its load. */
  get shed(): ShedStep {
    return this.#shed;
  }

  /** What records it, if anything does. */
  get capture(): RoomCapture | undefined {
    return this.#capture;
  }

  /** Its figures. */
  get figures(): RoomFigures {
    return this.#figures;
  }

  get sessions(): ReadonlyMap<string, Session> {
    return this.#sessions;
  }

  /** See `RoomMedia.place()`. */
  async place<T>(use: (router: RoomRouter) => T): Promise<T> {
    const router = await this.#routers.take();
    try {
      return use(router);
    } finally {
      this.#routers.give(router);
    }
  }

  /**
   * Opens a participant's session; an older one of the same participant is closed first.
   *
   * @param router where all of its transports will be
   */
  open(claims: TicketClaims, carrier: Carrier, router: RoomRouter): Session {
    const { sub: participantId, session: number, grants, cid } = claims;
    this.close(participantId, 'A newer session of this participant has begun.');
    const { roomId } = this.#context;
    const logger = this.#context.logger.child({ cid, roomId, participantId, session: number });
    const meter = new SessionMeter(performance.now());
    const { settings, ledger, timings } = this.#context;
    const room = { roomId, settings, ledger, timings, router, pipes: this.#pipes, data: this.#data };
    const shared = { ...room, rates: this.#rates, room: this, speakers: this.#speakers };
    const context = { ...shared, logger, participantId, session: number, grants, meter };
    const session: Session = new Session(context, claims, carrier, {
      published: (track) => this.#publish(session, track),
      unpublished: (trackId) => this.#unpublish(session, trackId),
      mediaState: (state) => this.#handlers.mediaState(session.id, state),
      candidate: () => this.#handlers.candidate(),
      chosen: () => this.#showTracks(session),
      pinned: () => this.#forwarding.pinned(session),
      track: (trackId) => this.#forwarding.track(trackId),
      watches: () => this.#dynacast.changed(session),
      restored: () => this.#dynacast.repeat(session),
    });
    this.#sessions.set(participantId, session);
    this.#routers.hold(router);
    void session.limitVideo(limitOf(this.#shed));
    this.#forwarding.joined(session);
    this.#showTracks(session);
    session.start();
    return session;
  }

  /** A participant may publish and receive something else from now on. */
  async setGrants(session: Session, grants: Grants): Promise<void> {
    const before = session.subscribes;
    const enforced = session.setGrants(grants);
    if (session.subscribes !== before) this.#showTracks(session);
    await enforced;
  }

  /** Shows a session every track there is for it. */
  #showTracks(session: Session): void {
    for (const other of this.#sessions.values()) {
      if (other === session) continue;
      for (const track of other.published) session.showTrack(track);
    }
  }

  /**
   * Ends a participant's session, if there is one; others lose its tracks.
   *
   * @param why told to the client
   */
  close(participantId: string, why: string): void {
    const session = this.#sessions.get(participantId);
    if (session === undefined) return;
    // Removed first: the end of its tracks is then no news for the Room, which knows that the session ends.
    this.#sessions.delete(participantId);
    this.#dynacast.left(session);
    this.#forwarding.left(session);
    const reported = session.close(why).then((report) => {
      this.#reports.delete(reported);
      this.#handlers.report(session.id, report);
    });
    this.#reports.add(reported);
    this.#routers.give(session.router);
  }

  /**
   * Ends all sessions and the routers.
   *
   * @param why told to the clients
   * @returns when all sessions are reported
   */
  async closeAll(why: string): Promise<void> {
    this.record(undefined);
    this.#forwarding.close();
    for (const participantId of [...this.#sessions.keys()]) this.close(participantId, why);
    this.#dynacast.close();
    this.#speakers.close();
    this.#routers.close();
    await Promise.all(this.#reports);
  }

  /** The room's options, in place of those before. */
  async setOptions(options: RoomMediaOptions): Promise<void> {
    this.#options = options;
    this.#forwarding.set(options.forward);
    await Promise.all([...this.#sessions.values()].map((session) => session.enforceBounds()));
  }

  /** Takes from the room what a step takes, and gives back what it does not. */
  async shedTo(step: ShedStep): Promise<void> {
    this.#shed = step;
    const limit = limitOf(step);
    this.#capture?.limitVideo(limit);
    await Promise.all([...this.#sessions.values()].map((session) => session.limitVideo(limit)));
  }

  /** Has all tracks sent to a recorder, in place of another one's; to none when undefined. */
  record(order: CaptureOrder | undefined): void {
    const before = this.#capture;
    before?.close();
    if (before !== undefined) this.#dynacast.left(before);
    this.#capture = undefined;
    if (order === undefined) return;
    const { capture: place, logger } = this.#context;
    const capture: RoomCapture = new RoomCapture({
      order,
      place,
      logger: logger.child({ roomId: this.#context.roomId }),
      tell: (event) => this.#handlers.captured(order, event),
      onWatched: () => this.#dynacast.changed(capture),
    });
    this.#capture = capture;
    capture.limitVideo(limitOf(this.#shed));
    for (const { published } of this.#sessions.values()) for (const track of published) capture.add(track);
  }

  #opened({ worker }: RoomRouter): void {
    const workers = this.#routers.all.length;
    if (workers === 1) return;
    const fields = { roomId: this.#context.roomId, worker: worker.worker.pid, workers };
    this.#context.events.info('room-spread', fields, 'a room grows onto another worker');
  }

  #lost(router: RoomRouter): void {
    for (const session of [...this.#sessions.values()]) {
      if (session.router !== router) continue;
      this.close(
        session.participantId,
        'The media worker of this room failed; the Room opens another session.',
      );
      this.#handlers.lost(session.id);
    }
    this.#era = crypto.randomUUID();
    if (this.#shed !== 'none') void this.shedTo('none');
  }

  #publish(session: Session, track: PublishedTrack): void {
    this.#handlers.published(session.id, describeTrack(track));
    this.#dynacast.published(session, track);
    this.#speakers.add(track, track.router.router);
    this.#forwarding.published(track);
    this.#capture?.add(track);
    for (const other of this.#sessions.values()) if (other !== session) other.showTrack(track);
  }

  #unpublish(session: Session, trackId: string): void {
    this.#dynacast.unpublished(trackId);
    if (this.#sessions.get(session.participantId) === session) {
      this.#handlers.unpublished(session.id, trackId);
    }
    this.#speakers.remove(trackId);
    this.#forwarding.unpublished(trackId);
    this.#capture?.remove(trackId);
    for (const other of this.#sessions.values()) if (other !== session) other.removeTrack(trackId);
  }
}
