import type { RoomSummary } from '@parley/protocol/rest';
import { CallsInTurn } from '../calls-in-turn.ts';
import type { Environment } from '../environment.ts';
import { log } from '../log.ts';
import { directoryOf } from './directory.ts';

/**
 * Keeps a room's entry in its Directory shard true: reports go one after another, so that none overtakes another, and
 * one that failed is repeated with the next occasion. A room never waits for it.
 */
export class DirectoryReporter {
  readonly #calls: CallsInTurn;
  readonly #env: Environment;
  /** The summary as the Directory has it. */
  #reported: string | undefined;

  constructor(ctx: DurableObjectState, env: Environment) {
    this.#calls = new CallsInTurn(ctx, (error) => {
      // The next change reports again, else the next sweep; the Directory forgets what is not refreshed.
      this.#reported = undefined;
      log.warn('directory report failed', { error: String(error) });
    });
    this.#env = env;
  }

  /** The room as it was stored, when its object wakes: that has been reported. What was not is, with the next sweep. */
  known(summary: RoomSummary): void {
    this.#reported = JSON.stringify(summary);
  }

  /** Reports the room, if it has changed since the last report or `again` is set. */
  report(summary: RoomSummary, again = false): void {
    const text = JSON.stringify(summary);
    if (text === this.#reported && !again) return;
    this.#reported = text;
    this.#calls.add(async () => directoryOf(this.#env, summary.id).report(summary));
  }

  /** Takes the room off the list. */
  remove(roomId: string): void {
    this.#reported = undefined;
    this.#calls.add(async () => directoryOf(this.#env, roomId).remove(roomId));
  }
}
