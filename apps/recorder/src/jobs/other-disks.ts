import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isOfEpochs, type SegmentSource } from '@parley/protocol/recording/recorder-api';
import type { BackoffPolicy } from '@parley/service/backoff';
import { persist } from '../storage/retry.ts';

/** Until a recorder that does not answer is given up, ms: one that was started anew is back by then. */
const PATIENCE_MS = 2 * 60_000;
const BACKOFF: BackoffPolicy = { firstMs: 500, mostMs: 10_000 };
/** For one segment, ms. */
const TIMEOUT_MS = 60_000;

export interface OtherDisksOptions {
  sources: readonly SegmentSource[];
  signal: AbortSignal;
  /** A recorder is asked no more: what it has is missing. */
  onGone(recorderId: string, error: unknown): void;
  patienceMs?: number;
}

/** Segments on the disks of other recorders, fetched from their file servers. */
export class OtherDisks {
  readonly #options: OtherDisksOptions;
  readonly #gone = new Set<SegmentSource>();

  constructor(options: OtherDisksOptions) {
    this.#options = options;
  }

  /** Fetches a file of the recording to a local one; false when nobody has it, or can be reached. @throws the signal's reason */
  async fetch(file: string, local: string): Promise<boolean> {
    const { sources, signal, onGone, patienceMs = PATIENCE_MS } = this.#options;
    const source = sources.find(({ epochs }) => isOfEpochs(file, epochs));
    if (source === undefined || this.#gone.has(source)) return false;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    let trouble: unknown;
    const onError = (error: unknown) => {
      trouble = error;
    };
    try {
      return await persist(() => download(source, file, local, limit), {
        policy: BACKOFF,
        signal: limit,
        onError,
      });
    } catch (error) {
      signal.throwIfAborted();
      this.#gone.add(source);
      onGone(source.recorderId, trouble ?? error);
      return false;
    }
  }
}

/** False when it is not there. @throws when that cannot be told, or not all of it comes */
async function download(
  { url, token }: SegmentSource,
  file: string,
  local: string,
  signal: AbortSignal,
): Promise<boolean> {
  const address = new URL(file, url);
  address.searchParams.set('token', token);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const { ok, status, body } = await fetch(address, { signal: limit });
  if (!ok || body === null) {
    await body?.cancel();
    if (status === 404) return false;
    throw new Error(`${new URL(url).origin} answered HTTP ${status}`);
  }
  await mkdir(dirname(local), { recursive: true, mode: 0o750 });
  await pipeline(Readable.fromWeb(body), createWriteStream(local), { signal: limit });
  return true;
}
