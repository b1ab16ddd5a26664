import type { BackoffPolicy } from '@parley/service/backoff';
import type { ThrottledLog } from '@parley/service/throttled-log';
import pLimit from 'p-limit';
import { type Bucket, type BucketSettings, bucketTrouble } from './bucket.ts';
import { persist } from './retry.ts';

/** Uploads at once. */
const PARALLEL = 4;
/** A bucket that refuses or is away. */
const BUCKET_BACKOFF: BackoffPolicy = { firstMs: 500, mostMs: 30_000 };

/** What an uploader tells of itself. */
export interface UploadMeter {
  uploaded(bytes: number): void;
  retried(): void;
}

/** Brings files to the bucket, a few at a time, each until it is there: keys are fixed, so what is sent twice is there once. */
export class Uploader {
  readonly #bucket: Bucket;
  readonly #settings: BucketSettings;
  readonly #events: ThrottledLog;
  readonly #meter: UploadMeter;
  readonly #limit = pLimit(PARALLEL);
  #waiting = 0;

  constructor(parts: { bucket: Bucket; settings: BucketSettings; events: ThrottledLog; meter: UploadMeter }) {
    this.#bucket = parts.bucket;
    this.#settings = parts.settings;
    this.#events = parts.events;
    this.#meter = parts.meter;
  }

  /** Files that are not there yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Uploads a file of a recording.
   *
   * @param file below the recording's prefix
   * @returns whether it is there now; not, when the local file is gone
   * @throws when `signal` aborts
   */
  async upload(
    recordingId: string,
    file: string,
    local: string,
    bytes: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const key = `${this.#bucket.prefix(recordingId)}${file}`;
    this.#waiting += 1;
    try {
      // A file that fails waits for its next try outside: others get its place.
      await persist(() => this.#limit(() => this.#bucket.put(key, local, signal)), {
        policy: BUCKET_BACKOFF,
        signal,
        isFinal: (error) => isGone(error, local),
        onError: (error) => {
          this.#meter.retried();
          const fields = { recordingId, file, error: String(error) };
          this.#events.warn('upload-failed', fields, bucketTrouble(error, this.#settings));
        },
      });
      this.#meter.uploaded(bytes);
      return true;
    } catch (error) {
      if (isGone(error, local)) return false;
      throw error;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Deletes a file of a recording that nobody wants. @throws when `signal` aborts */
  async remove(recordingId: string, file: string, signal: AbortSignal): Promise<void> {
    const key = `${this.#bucket.prefix(recordingId)}${file}`;
    await persist(() => this.#limit(() => this.#bucket.delete(key, signal)), {
      policy: BUCKET_BACKOFF,
      signal,
      onError: (error) => {
        this.#events.warn(
          'remove-failed',
          { recordingId, file, error: String(error) },
          bucketTrouble(error, this.#settings),
        );
      },
    });
  }
}

/** Whether the local file is not there. Another one may be missing, such as that of the bucket's keys. */
function isGone(error: unknown, local: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ENOENT' &&
    'path' in error &&
    error.path === local
  );
}
