/** How long an offer waits for its answer before it is made again, the first time and at the most, ms. */
export const ANSWER_WATCH = { first: 5_000, most: 60_000 } as const;

/**
 * Makes an offer again that stays unanswered, ever more seldom: the answer may have been refused on its way for its size,
 * of which the node does not hear, and without it the client would get nothing new for good.
 */
export class AnswerWatch {
  readonly #repeat: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(repeat: () => void) {
    this.#repeat = repeat;
  }

  /** An offer was made. */
  start(wait: number = ANSWER_WATCH.first): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.start(Math.min(2 * wait, ANSWER_WATCH.most));
      this.#repeat();
    }, wait);
  }

  /** It was answered, or nobody waits for that any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
