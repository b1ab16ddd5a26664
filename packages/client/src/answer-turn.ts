import type { ServerAnswer } from '@parley/protocol/server-messages';
import { CallError } from './call-error.ts';

/** Milliseconds for the server's answer to an offer. A room that waits for a media node keeps the offer meanwhile. */
export const ANSWER_TIMEOUT = 20_000;

/** Waits for the server's answer to one offer at a time; what is said about another one is dropped. */
export class AnswerTurn {
  #open: (PromiseWithResolvers<ServerAnswer> & { readonly offerId: string }) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** While no answer can come its time does not pass. */
  #paused = false;

  /** @throws {CallError} what the server or `close` says; `negotiation_failed` if nothing comes in time */
  async wait(offerId: string): Promise<ServerAnswer> {
    const open = { ...Promise.withResolvers<ServerAnswer>(), offerId };
    this.#open = open;
    this.#startTimer();
    try {
      return await open.promise;
    } finally {
      clearTimeout(this.#timer);
      this.#open = undefined;
    }
  }

  /** No answer can come for now. */
  pause(): void {
    this.#paused = true;
    clearTimeout(this.#timer);
  }

  /** Answers can come again, to what is sent from now on; an offer that waits is made again. */
  restart(): void {
    this.#paused = false;
    this.#startTimer();
  }

  /** The server has answered an offer. */
  resolve(answer: ServerAnswer): void {
    if (answer.offerId === this.#open?.offerId) this.#open?.resolve(answer);
  }

  /** The server has refused an offer. */
  refuse(offerId: string, error: CallError): void {
    if (offerId === this.#open?.offerId) this.#open.reject(error);
  }

  /** There is nobody any more who could answer. */
  close(error: CallError): void {
    this.#open?.reject(error);
  }

  #startTimer(): void {
    clearTimeout(this.#timer);
    const open = this.#open;
    if (open === undefined || this.#paused) return;
    this.#timer = setTimeout(() => {
      const message = 'The media server does not answer. Try again soon.';
      open.reject(new CallError('negotiation_failed', message));
    }, ANSWER_TIMEOUT);
  }
}
