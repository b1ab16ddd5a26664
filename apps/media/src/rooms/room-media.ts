import { ParleyError } from '@parley/protocol/errors';
import type { RoomMediaOptions } from '@parley/protocol/room-media';
import type { SessionId } from '../sessions/session-context.ts';
import type { HostContext } from './host-context.ts';
import { MediaRoom, type MediaRoomHandlers } from './media-room.ts';

/** What the owner of a room's media hears of it. */
export interface RoomMediaHandlers extends Omit<MediaRoomHandlers, 'candidate'> {
  /** The worker died and took a session along. */
  lost(id: SessionId): void;
}

/** A room's media on this node, made when the first session opens and again after its worker has died. */
export class RoomMedia {
  readonly #roomId: string;
  readonly #context: HostContext;
  readonly #handlers: RoomMediaHandlers;
  #making: Promise<MediaRoom> | undefined;
  #room: MediaRoom | undefined;
  #options: RoomMediaOptions = {};
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
   * The media room, made now if need be: one, also when several sessions open at once.
   *
   * @throws {ParleyError} `media_unavailable`
   */
  ready(): Promise<MediaRoom> {
    this.#making ??= this.#make().catch((error: unknown) => {
      this.#making = undefined;
      throw error;
    });
    return this.#making;
  }

  /** The room's options, all of them, for sessions that are open and those that come. */
  setOptions(options: RoomMediaOptions): void {
    this.#options = options;
    this.#room?.setOptions(options);
  }

  /**
   * Ends all sessions and the router, for good.
   *
   * @param why told to the clients
   * @returns when all sessions are reported
   */
  async close(why: string): Promise<void> {
    this.#closed = true;
    await this.#room?.closeAll(why);
  }

  async #make(): Promise<MediaRoom> {
    const { pool, settings, ledger, logger, metrics } = this.#context;
    const router = await pool.createRouter();
    const room = new MediaRoom(
      { roomId: this.#roomId, router, settings, ledger, timings: metrics, dataCounts: metrics.data, logger },
      { ...this.#handlers, candidate: () => metrics.candidate() },
    );
    if (this.#closed) await room.closeAll('The room has ended on this node.');
    // Its worker may have died since.
    if (router.router.closed) {
      throw new ParleyError('media_unavailable', 'The media worker failed; try again.');
    }
    router.router.once('workerclose', () => this.#workerDied(room));
    this.#room = room;
    room.setOptions(this.#options);
    return room;
  }

  #workerDied(room: MediaRoom): void {
    if (this.#room === room) {
      this.#room = undefined;
      this.#making = undefined;
    }
    for (const { id } of [...room.sessions.values()]) {
      room.close(id.participantId, 'The media worker of this room failed; the Room opens another session.');
      this.#handlers.lost(id);
    }
  }
}
