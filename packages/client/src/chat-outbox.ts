/** Texts kept for a room that cannot be reached: as many as it takes at once (`CHAT_TEXTS` of the protocol). */
export const MOST_TEXTS = 20;

/**
 * One's own texts until the server has passed them on, which it shows by telling them to everybody, their writer
 * included. What was not passed on when a connection broke is sent again over the next.
 */
export class ChatOutbox {
  #texts: string[] = [];

  /** Oldest first. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /** Returns false if there are too many already. */
  add(text: string): boolean {
    if (this.#texts.length >= MOST_TEXTS) return false;
    // As the server will tell it.
    this.#texts.push(text.trim());
    return true;
  }

  /** The server has told this text of one's own. */
  told(text: string): void {
    const index = this.#texts.indexOf(text);
    if (index !== -1) this.#texts.splice(index, 1);
  }

  /** The server has refused one; it handles them in order. */
  refused(): void {
    this.#texts.shift();
  }

  /**
   * The server has refused something unread, which may have been any of these. Those that it took are told all the same;
   * sent again much later, one that it refused would be a surprise.
   */
  clear(): void {
    this.#texts = [];
  }
}
