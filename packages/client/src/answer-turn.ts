import type { ServerAnswer } from '@parley/protocol/server-messages';
import { CallError } from './call-error.ts';

/** Milliseconds for the server's answer to an offer. A room that waits for a media node keeps the offer meanwhile. */
export const ANSWER_TIMEOUT = 20_000;

/**
 * Waits for the server's answer to one offer at a time. Answers carry no id but come in the order of the offers: one
 * that was given up may still be answered, and that answer must not be taken for the next offer's.
 */
export class AnswerTurn {
  #waiting: PromiseWithResolvers<ServerAnswer> | undefined;
  /** Offers that were given up and may still be answered. */
  #late = 0;
  #skipped = false;

  /** @throws {CallError} what the server or `reject` says; `negotiation_failed` if nothing comes in time */
  async wait(): Promise<ServerAnswer> {
    const waiting = Promise.withResolvers<ServerAnswer>();
    this.#waiting = waiting;
    this.#skipped = false;
    const timer = setTimeout(() => {
      // What was skipped must have been the answer to this one: the server has dropped the earlier ones.
      this.#late = this.#skipped ? 0 : this.#late + 1;
      waiting.reject(
        new CallError('negotiation_failed', 'The media server does not answer. Try again soon.'),
      );
    }, ANSWER_TIMEOUT);
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  /** The server has answered. */
  resolve(answer: ServerAnswer): void {
    if (!this.#isLate()) this.#waiting?.resolve(answer);
  }

  /** The server has refused an offer. Returns false if nobody waits for one. */
  refuse(error: CallError): boolean {
    if (this.#isLate()) return true;
    this.#waiting?.reject(error);
    return this.#waiting !== undefined;
  }

  /** There is nobody any more who could answer. */
  close(error: CallError): void {
    this.#waiting?.reject(error);
  }

  #isLate(): boolean {
    if (this.#late === 0) return false;
    this.#late -= 1;
    this.#skipped = true;
    return true;
  }
}
