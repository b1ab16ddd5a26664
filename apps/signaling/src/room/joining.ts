import { MAX_CLIENT_MESSAGE_BYTES } from '@parley/protocol/client-messages';

/** Most characters kept of one connection while it joins. */
const MAX_BACKLOG = 2 * MAX_CLIENT_MESSAGE_BYTES;

/** Joins that wait for another object: what the same connection says meanwhile is read behind them, in order. */
export class Joining {
  readonly #underway = new Map<string, { done: Promise<void>; backlog: number }>();

  /** Runs the join of a connection; one that is under way is over first. */
  async run(connectionId: string, join: () => Promise<void>): Promise<void> {
    const done = join().finally(() => this.#underway.delete(connectionId));
    this.#underway.set(connectionId, { done, backlog: 0 });
    return done;
  }

  /**
   * Waits until a connection does not join; undefined when it does not.
   *
   * @param length of what waits, UTF-16 units
   * @returns false at once when too much waits
   */
  settled(connectionId: string, length = 0): Promise<boolean> | undefined {
    const join = this.#underway.get(connectionId);
    if (join === undefined) return undefined;
    join.backlog += length;
    if (join.backlog > MAX_BACKLOG) return Promise.resolve(false);
    return join.done.then(
      () => true,
      () => true,
    );
  }
}
