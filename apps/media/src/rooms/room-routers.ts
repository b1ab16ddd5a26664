import { ParleyError } from '@parley/protocol/errors';
import type { MediaWorker, RoomRouter } from '../workers/media-worker.ts';
import type { Candidate, Placement } from '../workers/placement.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';

interface Choice extends Candidate {
  on: MediaWorker;
  /** The room's, where it has one there. */
  router?: RoomRouter;
}

/** What the owner of a room's routers hears. */
export interface RoomRoutersHandlers {
  /** The room has another router. When it closes, whyever, its `observer` tells. */
  opened(router: RoomRouter): void;
  /** A router is gone because its worker died. */
  lost(router: RoomRouter): void;
}

/**
 * A room's routers: one for a start, more on other workers as the {@link Placement} has it. A router that nobody uses
 * closes, but for the last one, which stays for as long as the room.
 */
export class RoomRouters {
  readonly #pool: Pick<WorkerPool, 'workers'>;
  readonly #placement: Placement;
  readonly #handlers: RoomRoutersHandlers;
  /** How many use each: sessions, and those that are about to be opened. */
  readonly #users = new Map<RoomRouter, number>();
  #making: Promise<void> | undefined;
  #closed = false;

  constructor(pool: Pick<WorkerPool, 'workers'>, placement: Placement, handlers: RoomRoutersHandlers) {
    this.#pool = pool;
    this.#placement = placement;
    this.#handlers = handlers;
  }

  /** Those that are open, the oldest first. */
  get all(): RoomRouter[] {
    return [...this.#users.keys()];
  }

  /**
   * The router for another session, made if need be. Whoever takes it gives it back.
   *
   * @throws {ParleyError} `media_unavailable`, `room_closed`
   */
  async take(): Promise<RoomRouter> {
    for (;;) {
      if (this.#closed) throw new ParleyError('room_closed', 'The room was closed on this node.');
      const { on, router } = this.#choose();
      if (router !== undefined) {
        this.#expect(on);
        this.hold(router);
        return router;
      }
      this.#making ??= this.#make(on).finally(() => {
        this.#making = undefined;
      });
      // Of many who wait for it some may be better off elsewhere by then.
      await this.#making;
    }
  }

  /** To be called by whoever uses a router beside the one that took it. */
  hold(router: RoomRouter): void {
    const users = this.#users.get(router);
    if (users !== undefined) this.#users.set(router, users + 1);
  }

  /** One that took or held a router uses it no longer. */
  give(router: RoomRouter): void {
    const users = this.#users.get(router);
    // It went with its worker.
    if (users === undefined) return;
    this.#users.set(router, users - 1);
    if (users > 1 || this.#users.size === 1) return;
    this.#users.delete(router);
    router.router.close();
  }

  /** Closes all, for good. */
  close(): void {
    this.#closed = true;
    const all = this.all;
    this.#users.clear();
    for (const { router } of all) router.close();
  }

  #choose(): Choice {
    const routers = new Map(this.all.map((router) => [router.worker, router]));
    const choices = this.#pool.workers.map((on): Choice => {
      const router = routers.get(on);
      return {
        on,
        worker: on.standing,
        ...(router && { router, sessions: this.#users.get(router) ?? 0 }),
      };
    });
    const choice = this.#placement(choices);
    if (choice === undefined) throw new Error('a placement chose none of the workers');
    return choice;
  }

  /** Of a meeting: whoever comes hears each of the others, and they hear them. */
  #expect(on: MediaWorker): void {
    for (const [{ worker }, users] of this.#users) {
      on.expect(users);
      worker.expect(users);
    }
  }

  async #make(on: MediaWorker): Promise<void> {
    let made: RoomRouter;
    try {
      made = await on.createRouter();
    } catch (error) {
      // One that turns out to be dead is no choice any more.
      if (on.worker.closed) return;
      throw error;
    }
    if (this.#closed) made.router.close();
    if (made.router.closed) return;
    this.#users.set(made, 0);
    made.router.once('workerclose', () => {
      if (this.#users.delete(made)) this.#handlers.lost(made);
    });
    this.#handlers.opened(made);
  }
}
