import type { CaptureOrder } from '@parley/protocol/recording/capture';
import type { RoomMediaOptions } from '@parley/protocol/room-media';
import { CaptureTurn } from '../recording/capture-turn.ts';
import type { RoomRouter } from '../workers/media-worker.ts';
import type { HostContext } from './host-context.ts';
import { MediaRoom, type MediaRoomHandlers } from './media-room.ts';

/** What the owner of a room's media hears of it. */
export type RoomMediaHandlers = Omit<MediaRoomHandlers, 'candidate'>;

/** A room's media on this node, made when the first session opens. */
export class RoomMedia {
  readonly #roomId: string;
  readonly #context: HostContext;
  readonly #handlers: RoomMediaHandlers;
  #room: MediaRoom | undefined;
  #options: RoomMediaOptions = {};
  readonly #turn = new CaptureTurn();
  #closed = false;

  constructor(roomId: string, context: HostContext, handlers: RoomMediaHandlers) {
    this.#roomId = roomId;
    this.#context = context;
    this.#handlers = handlers;
  }

  /** The media room once it exists. */
  get room(): MediaRoom | undefined {
    return this.#room;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Finds the router for another session, which waits for the worker where the room has none for it yet.
   *
   * @param use opens the session; what it holds of the router stays
   * @throws {ParleyError} `media_unavailable`, `room_closed`, and what `use` throws
   */
  async place<T>(use: (room: MediaRoom, router: RoomRouter) => T): Promise<T> {
    this.#room ??= this.#make();
    const room = this.#room;
    return await room.place((router) => use(room, router));
  }

  /** The room's options, all of them, for sessions that are open and those that come. */
  async setOptions(options: RoomMediaOptions): Promise<void> {
    this.#options = options;
    await this.#room?.setOptions(options);
  }

  /**
   * Has all tracks that there are and that come sent to a recorder, in place of another one's. The same order again has all told
   * again; one of a turn that is over means nothing.
   */
  record(order: CaptureOrder): void {
    if (this.#closed) return;
    switch (this.#turn.take(order)) {
      case 'new':
        this.#room?.record(order);
        return this.#log(order, 'capture-began', 'a recorder gets the media of a room');
      case 'same':
        return this.#room?.capture?.repeat();
      case 'stale':
        return;
    }
  }

  /** A recorder's turn is over. */
  endRecord(turn: Pick<CaptureOrder, 'recordingId' | 'epoch'>): void {
    const { order } = this.#turn;
    if (!this.#turn.end(turn) || order === undefined) return;
    this.#room?.record(undefined);
    this.#log(order, 'capture-ended', 'a recorder gets the media of a room no longer');
  }

  /**
   * Ends all sessions and the routers, for good.
   *
   * @param why told to the clients
   * @returns when all sessions are reported
   */
  async close(why: string): Promise<void> {
    this.#closed = true;
    await this.#room?.closeAll(why);
  }

  #log({ recordingId, epoch, target }: CaptureOrder, event: string, message: string): void {
    // Not the target's keys.
    const { ip, port } = target;
    this.#context.events.info(event, { roomId: this.#roomId, recordingId, epoch, ip, port }, message);
  }

  #make(): MediaRoom {
    const { pool, placement, capture, settings, ledger, logger, events, metrics } = this.#context;
    const shared = { settings, ledger, logger, events, timings: metrics, dataCounts: metrics.data };
    const room = new MediaRoom(
      { roomId: this.#roomId, pool, placement, capture, ...shared },
      { ...this.#handlers, candidate: () => metrics.candidate() },
    );
    // Nobody is in it yet.
    void room.setOptions(this.#options);
    room.record(this.#turn.order);
    return room;
  }
}
