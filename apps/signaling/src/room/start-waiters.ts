import { RECORDING_TIMES, type RecorderFailure } from '@parley/room/recording-state';

/** The rules answer in time, unless the object's alarm is late. */
const PATIENCE = RECORDING_TIMES.start + 5_000;
const LATE: RecorderFailure = {
  code: 'recording_unavailable',
  message: 'The room did not say in time whether it is recorded; ask GET /api/rooms/ID, and try again.',
};

/** Who waits for a recording to begin. In memory only: whoever waits is in memory too. */
export class StartWaiters {
  readonly #waiting = new Map<string, (failure: RecorderFailure | undefined) => void>();

  /** Starts a recording, and waits until it has begun or come to nothing: then answers why. */
  async wait(recordingId: string, start: () => Promise<void>): Promise<RecorderFailure | undefined> {
    const { promise, resolve } = Promise.withResolvers<RecorderFailure | undefined>();
    const timer = setTimeout(() => resolve(LATE), PATIENCE);
    this.#waiting.set(recordingId, resolve);
    try {
      await start();
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(recordingId);
    }
  }

  /** It has begun, or come to nothing; nobody may wait. */
  answer(recordingId: string, failure: RecorderFailure | undefined): void {
    this.#waiting.get(recordingId)?.(failure);
  }
}
