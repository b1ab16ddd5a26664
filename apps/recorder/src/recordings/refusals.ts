import type { EdgeSocketTuning } from '@parley/service/edge-socket';
import type { ThrottledLog } from '@parley/service/throttled-log';
import type { RecordOrder } from './recorder-fleet.ts';
import { RecorderLink } from './recorder-link.ts';

/** What refusals need of their recorder. */
export interface RefusalsOptions {
  edgeUrl: string;
  events: ThrottledLog;
  /** Default {@link HEARD_MS}. */
  heardMs?: number;
  socketTuning?: EdgeSocketTuning;
}

/** A room waits no longer than this for a recorder, ms. */
const HEARD_MS = 30_000;

/** Rooms that are being told why this recorder does not take them, each on a link of its own. */
export class Refusals {
  readonly #options: RefusalsOptions;
  /** What ends each. */
  readonly #open = new Set<() => void>();

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  /** Links that are open, or are tried. */
  get count(): number {
    return this.#open.size;
  }

  /** Tells a room why this recorder does not take it. */
  tell({ roomId, recordingId, assignment }: RecordOrder, message: string): void {
    const { edgeUrl, events, heardMs = HEARD_MS, socketTuning } = this.#options;
    events.warn('recording-refused', { recordingId, roomId, why: message }, message);
    const link = new RecorderLink({
      ...{ edgeUrl, roomId, recordingId, assignment, events },
      first: () => {
        // Closed behind it.
        queueMicrotask(end);
        return { type: 'failed', code: 'recording_unavailable', message };
      },
      onMessage: () => undefined,
      onRevoked: () => end(),
      ...(socketTuning && { socketTuning }),
    });
    const timer = setTimeout(() => end(), heardMs);
    const end = () => {
      clearTimeout(timer);
      this.#open.delete(end);
      link.close(1000, 'failed');
    };
    this.#open.add(end);
  }

  close(): void {
    for (const end of this.#open) end();
  }
}
