import { CallError } from '@parley/client/call-error';
import type { RecordingList as Page, RecordingSummary } from '@parley/protocol/rest';
import type { RecordingServer } from './server.ts';

/** Milliseconds until the next look: soon after something has changed, then ever later. */
export const LOOKS = { first: 2000, factor: 1.5, most: 30_000 };

/** The recordings as they are known now. */
export interface ListState {
  /** Newest first; undefined until the server has answered. */
  readonly recordings: readonly RecordingSummary[] | undefined;
  /** Where older ones begin, if there are any. */
  readonly nextCursor: string | undefined;
  /** Why the list could not be had, or not be brought up to date, the last time. */
  readonly error: CallError | undefined;
}

/** Errors after which asking again is of no use. */
const FINAL = /^(token_(?!issuer_unavailable)|banned|forbidden)/;

/**
 * A list of recordings that keeps up with the server: it looks again while the page is seen. Whoever makes it closes it.
 */
export class RecordingList {
  readonly #server: RecordingServer;
  readonly #room: string | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  readonly #seen = () => {
    if (!document.hidden) this.refresh();
  };
  #state: ListState = { recordings: undefined, nextCursor: undefined, error: undefined };
  /** Deleted here: the server's lists may have them for a moment. */
  readonly #deleted = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pause = LOOKS.first;
  #looking = false;

  /** @param room whose recordings; undefined for all rooms' */
  constructor(server: RecordingServer, room: string | undefined) {
    this.#server = server;
    this.#room = room;
    document.addEventListener('visibilitychange', this.#seen);
    void this.#look();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  readonly current = (): ListState => this.#state;

  /** Looks at once. */
  readonly refresh = (): void => {
    this.#pause = LOOKS.first;
    void this.#look();
  };

  /** Gets the older ones that follow. */
  async more(): Promise<void> {
    const { nextCursor, recordings = [] } = this.#state;
    if (nextCursor === undefined) return;
    try {
      const page = await this.#server.list(this.#room, nextCursor, this.#closing.signal);
      const known = new Set(recordings.map(({ id }) => id));
      const older = page.recordings.filter(({ id }) => !known.has(id));
      this.#change({ recordings: [...recordings, ...older], nextCursor: page.nextCursor, error: undefined });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Deletes one. @throws {CallError} it is still there */
  async delete(id: string): Promise<void> {
    await this.#server.delete(id).catch((error: unknown) => {
      // Somebody else was first.
      if (!(error instanceof CallError && error.code === 'recording_not_found')) throw error;
    });
    this.#deleted.add(id);
    this.#change({ ...this.#state, recordings: this.#state.recordings?.filter((one) => one.id !== id) });
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#seen);
  }

  async #look(): Promise<void> {
    if (this.#looking || this.#closing.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#looking = true;
    try {
      const page = await this.#server.list(this.#room, undefined, this.#closing.signal);
      const before = JSON.stringify(this.#state.recordings);
      this.#change(this.#with(page));
      const changed = JSON.stringify(this.#state.recordings) !== before;
      this.#pause = changed ? LOOKS.first : Math.min(LOOKS.most, this.#pause * LOOKS.factor);
    } catch (error) {
      this.#pause = Math.min(LOOKS.most, this.#pause * 2);
      this.#failed(error);
    }
    this.#looking = false;
    if (this.#closing.signal.aborted || FINAL.test(this.#state.error?.code ?? '')) return;
    this.#timer = setTimeout(() => {
      if (!document.hidden) void this.#look();
    }, this.#pause);
  }

  /** The first page as it is now, before the older ones that were shown already. */
  #with({ recordings, nextCursor }: Page): ListState {
    const first = recordings.filter(({ id }) => !this.#deleted.has(id));
    const last = recordings.at(-1);
    const hasOlder = nextCursor !== undefined && last !== undefined;
    const older = hasOlder
      ? (this.#state.recordings ?? []).filter(
          ({ id, startedAt }) =>
            startedAt <= last.startedAt && !recordings.some((recording) => recording.id === id),
        )
      : [];
    const cursor = older.length > 0 ? this.#state.nextCursor : nextCursor;
    return { recordings: [...first, ...older], nextCursor: cursor, error: undefined };
  }

  #failed(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    if (!(error instanceof CallError)) throw error;
    this.#change({ ...this.#state, error });
  }

  #change(state: ListState): void {
    if (this.#closing.signal.aborted) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
