import { copyFile, link, mkdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackoffPolicy } from '@parley/service/backoff';
import type { FinishIo } from '../finish/finish-io.ts';
import type { Bucket } from '../storage/bucket.ts';
import { makeFolder, syncPath } from '../storage/folders.ts';
import { persist } from '../storage/retry.ts';
import type { Uploader } from '../storage/uploader.ts';
import type { OtherDisks } from './other-disks.ts';

/** Where a recording is, for who finishes or deletes it. */
export interface RecordingStorage extends FinishIo {
  /** Deletes all there is of it. @throws when that is impossible now */
  deleteAll(): Promise<void>;
}

/** A bucket that does not answer fails an attempt after about this long, ms: another recorder may have more luck. */
const BUCKET_PATIENCE_MS = 5 * 60_000;
/**
 * After this long a bucket is looked at again, ms: a finisher elsewhere hears within 10 s that it is no longer wanted, and a request that was given up while it was
 * carried out may have stored something.
 */
const LATE_MS = 15_000;
const BUCKET_BACKOFF: BackoffPolicy = { firstMs: 500, mostMs: 15_000 };

/** A recording on this disk, parts of it perhaps on others'. */
export function diskStorage(parts: {
  /** Of the recording, absolute. */
  folder: string;
  /** For what is fetched; made if need be. */
  cache: string;
  others: OtherDisks;
}): RecordingStorage {
  const { folder, cache, others } = parts;
  return {
    read: async (file) => {
      if (await isThere(join(folder, file))) return join(folder, file);
      const local = join(cache, file);
      return (await others.fetch(file, local)) ? local : undefined;
    },
    release: (file) => void unlink(join(cache, file)).catch(() => undefined),
    put: async (local, file) => {
      const target = join(folder, file);
      await makeFolder(dirname(target));
      const draft = `${target}.new`;
      await rm(draft, { force: true });
      // Of another file system where the folders are mounted apart.
      await link(local, draft).catch(() => copyFile(local, draft));
      await syncPath(draft);
      await rename(draft, target);
      await syncPath(dirname(target));
    },
    deleteAll: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A recording in the bucket; what this recorder still has of it is not fetched. */
export function bucketStorage(parts: {
  recordingId: string;
  /** Of the recording on this disk, where it recorded it. */
  folder: string;
  /** For what is fetched; made if need be. */
  cache: string;
  bucket: Bucket;
  uploader: Uploader;
  signal: AbortSignal;
  onRetry(error: unknown): void;
  /** Default {@link LATE_MS}. */
  lateMs?: number;
}): RecordingStorage {
  const { recordingId, folder, cache, bucket, uploader, signal, onRetry, lateMs = LATE_MS } = parts;
  const prefix = bucket.prefix(recordingId);
  const patiently = <T>(attempt: () => Promise<T>) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(BUCKET_PATIENCE_MS)]);
    return persist(attempt, { policy: BUCKET_BACKOFF, signal: limit, onError: onRetry });
  };
  const deleteListed = async () => {
    for (const key of await patiently(() => bucket.list(prefix))) {
      await patiently(() => bucket.delete(key));
    }
  };
  const cached = (file: string) => join(cache, file);
  return {
    read: async (file) => {
      if (await isThere(join(folder, file))) return join(folder, file);
      const local = cached(file);
      if (await isThere(local)) return local;
      await mkdir(dirname(local), { recursive: true, mode: 0o750 });
      return (await patiently(() => bucket.get(`${prefix}${file}`, local))) ? local : undefined;
    },
    release: (file) => void unlink(cached(file)).catch(() => undefined),
    put: async (local, file) => {
      const { size } = await stat(local);
      const limit = AbortSignal.any([
        signal,
        AbortSignal.timeout(BUCKET_PATIENCE_MS + Math.ceil(size / 100)),
      ]);
      if (!(await uploader.upload(recordingId, file, local, size, limit)))
        throw new Error('a finished file was gone before it was uploaded');
    },
    deleteAll: async () => {
      await rm(folder, { recursive: true, force: true });
      await deleteListed();
      await sleep(lateMs, undefined, { signal });
      await deleteListed();
    },
  };
}

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() === true;
}
