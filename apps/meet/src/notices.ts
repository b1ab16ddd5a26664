/** A short text to the person in the call. */
export interface Notice {
  readonly id: number;
  readonly text: string;
}

/** Milliseconds that a notice stays. */
export const NOTICE_TIME = 8000;
/** Older ones give way. */
const MOST_NOTICES = 3;

/** What the person should know now, oldest first. A text that is there already is not added again. */
export class Notices {
  #current: readonly Notice[] = [];
  #lastId = 0;
  readonly #listeners = new Set<() => void>();

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  readonly current = (): readonly Notice[] => this.#current;

  readonly add = (text: string): void => {
    if (this.#current.some((notice) => notice.text === text)) return;
    this.#lastId += 1;
    const id = this.#lastId;
    this.#replace([...this.#current, { id, text }].slice(-MOST_NOTICES));
    setTimeout(() => this.dismiss(id), NOTICE_TIME);
  };

  readonly dismiss = (id: number): void => {
    this.#replace(this.#current.filter((notice) => notice.id !== id));
  };

  #replace(notices: readonly Notice[]): void {
    this.#current = notices;
    for (const listener of this.#listeners) listener();
  }
}
