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
  #timer: ReturnType<typeof setTimeout> | undefined;
  #offer = '';
  /** An offer that was made twice, and its answer: the same may come once more, while another offer waits. */
  #echo: { readonly offer: string; readonly answer: string } | undefined;
  #repeated = false;
  /** While no answer can come its time does not pass. */
  #paused = false;

  /**
   * @param offer its SDP
   * @throws {CallError} what the server or `reject` says; `negotiation_failed` if nothing comes in time
   */
  async wait(offer: string): Promise<ServerAnswer> {
    this.#offer = essence(offer);
    const waiting = Promise.withResolvers<ServerAnswer>();
    this.#waiting = waiting;
    this.#skipped = false;
    this.#repeated = false;
    if (!this.#paused) this.#startTimer(waiting);
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(this.#timer);
      this.#waiting = undefined;
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
    this.#late = 0;
    this.#skipped = false;
    clearTimeout(this.#timer);
    if (this.#waiting === undefined) return;
    this.#repeated = true;
    this.#startTimer(this.#waiting);
  }

  /** The server has answered. */
  resolve(answer: ServerAnswer): void {
    if (this.#isLate()) return;
    const offer = this.#offer;
    const said = essence(answer.sdp);
    // The answer to an offer that says the same may be the same.
    if (this.#echo?.answer === said && this.#echo.offer !== offer) return;
    if (this.#echo?.answer !== said) this.#echo = this.#repeated ? { offer, answer: said } : undefined;
    this.#waiting?.resolve(answer);
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

  #startTimer(waiting: PromiseWithResolvers<ServerAnswer>): void {
    this.#timer = setTimeout(() => {
      // What was skipped must have been the answer to this one: the server has dropped the earlier ones.
      this.#late = this.#skipped ? 0 : this.#late + 1;
      waiting.reject(
        new CallError('negotiation_failed', 'The media server does not answer. Try again soon.'),
      );
    }, ANSWER_TIMEOUT);
  }

  #isLate(): boolean {
    if (this.#late === 0) return false;
    this.#late -= 1;
    this.#skipped = true;
    return true;
  }
}

/** A description without its version (RFC 8866 §5.2). */
function essence(sdp: string): string {
  return sdp.replace(/^o=.*/m, '');
}
