import type { Call } from '@parley/client/call';
import { CallError } from '@parley/client/call-error';
import type { CallEnd } from '@parley/client/call-events';
import { type ConnectOptions, connect } from '@parley/client/connect';

/** Where one stands between wanting to join and the end of the call. */
export type Connection =
  | { readonly state: 'idle' }
  /** On the way in; `last` is why one is not in already, if one was or tried. */
  | { readonly state: 'joining'; readonly last: CallEnd | CallError | undefined }
  /** Until a moderator opens the door. */
  | { readonly state: 'waiting' }
  | { readonly state: 'joined'; readonly call: Call }
  /** The call is over, or there was none: then it is an error. */
  | { readonly state: 'ended'; readonly end: CallEnd | CallError };

/** What one gives to join: `connect()`'s options. */
export type JoinOptions = Omit<ConnectOptions, 'onWaiting' | 'signal'>;

const IDLE: Connection = { state: 'idle' };

/** Joins and leaves, one call at a time, for `useSyncExternalStore`. */
export class Connector {
  readonly #connect: typeof connect;
  readonly #listeners = new Set<() => void>();
  #connection: Connection = IDLE;
  #isClosed = false;
  /** Gives up what there is. */
  #leave: () => void = () => undefined;

  constructor(connectCall = connect) {
    this.#connect = connectCall;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  readonly current = (): Connection => this.#connection;

  /** May join again, see {@link close}. */
  readonly open = (): void => {
    this.#isClosed = false;
  };

  /** As `reset()`; nor does it join after it. */
  readonly close = (): void => {
    this.#isClosed = true;
    this.reset();
  };

  /** Joins, after leaving what there was. Resolves with the call, or with nothing if it did not come to be. */
  readonly join = async (url: string | URL, options: JoinOptions): Promise<Call | undefined> => {
    if (this.#isClosed) return undefined;
    const last = this.#connection.state === 'ended' ? this.#connection.end : undefined;
    this.#leave();
    const joining = new AbortController();
    this.#leave = () => joining.abort();
    this.#set({ state: 'joining', last });
    let call: Call;
    try {
      call = await this.#connect(url, {
        ...options,
        signal: joining.signal,
        onWaiting: () => !joining.signal.aborted && this.#set({ state: 'waiting' }),
      });
    } catch (error) {
      if (joining.signal.aborted) return undefined;
      if (!(error instanceof CallError)) {
        this.#set(IDLE);
        throw error;
      }
      this.#set({ state: 'ended', end: error });
      return undefined;
    }
    if (joining.signal.aborted) {
      // It was let in at the moment it gave up.
      call.leave();
      return undefined;
    }
    const off = call.on('closed', (end) => this.#set({ state: 'ended', end }));
    this.#leave = () => {
      off();
      call.leave();
    };
    this.#set({ state: 'joined', call });
    return call;
  };

  /** Ends the call, or gives up joining, and forgets about it: idle again. */
  readonly reset = (): void => {
    this.#leave();
    this.#leave = () => undefined;
    if (this.#connection !== IDLE) this.#set(IDLE);
  };

  #set(connection: Connection): void {
    this.#connection = connection;
    for (const listener of this.#listeners) listener();
  }
}
