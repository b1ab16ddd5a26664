import type { MediaState } from '@parley/protocol/link-messages';
import type { SessionContext } from './session-context.ts';
import { mediaState, type TransportState } from './transport-state.ts';

/** Follows whether a participant's media can flow, from when its session opens. */
export class MediaStateWatch {
  readonly #context: Pick<SessionContext, 'timings' | 'meter' | 'logger'>;
  readonly #onChange: (state: MediaState) => void;
  readonly #openedAt = performance.now();
  #state: MediaState | undefined;

  constructor(
    context: Pick<SessionContext, 'timings' | 'meter' | 'logger'>,
    onChange: (state: MediaState) => void,
  ) {
    this.#context = context;
    this.#onChange = onChange;
  }

  /** The state that was told last. */
  get state(): MediaState | undefined {
    return this.#state;
  }

  /** Takes the states of all transports that the session has now. */
  update(transports: readonly TransportState[]): void {
    // Those that were connected may have been closed, and what is there now has never been.
    const state = mediaState(transports) ?? (this.#state && 'disconnected');
    if (state === undefined || state === this.#state) return;
    const now = performance.now();
    const { timings, meter, logger } = this.#context;
    if (state === 'connected' && this.#state === undefined) timings.joined((now - this.#openedAt) / 1000);
    this.#state = state;
    meter.state(state, now);
    logger.debug({ event: 'media-state', state }, 'the state of a client’s transports');
    this.#onChange(state);
  }
}
