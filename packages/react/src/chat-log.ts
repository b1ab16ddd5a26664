import type { ChatMessage } from '@parley/client/call-events';

/** A text of the chat. */
export interface ChatEntry extends ChatMessage {
  /** Unique in this log: React's key. */
  readonly id: number;
  readonly isOwn: boolean;
}

/** What was said, oldest first, and how much of it the person has not seen. */
export interface ChatHistory {
  readonly entries: readonly ChatEntry[];
  /** Texts of others since it was read last. */
  readonly unread: number;
}

/** Keeps a call's chat, for `useSyncExternalStore`. */
export class ChatLog {
  #history: ChatHistory = { entries: [], unread: 0 };
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** Another object after each change, and only then. */
  readonly current = (): ChatHistory => this.#history;

  add(message: ChatMessage, isOwn: boolean): void {
    const { entries, unread } = this.#history;
    this.#replace({
      entries: [...entries, { ...message, id: entries.length, isOwn }],
      unread: isOwn ? unread : unread + 1,
    });
  }

  /** All of it was seen. */
  read(): void {
    if (this.#history.unread > 0) this.#replace({ ...this.#history, unread: 0 });
  }

  #replace(history: ChatHistory): void {
    this.#history = history;
    for (const listener of this.#listeners) listener();
  }
}
