import { execFile } from 'node:child_process';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RecordingOptions } from '@parley/protocol/recording/recording-options';
import { type Bucket, type BucketSettings, bucketTrouble } from '../storage/bucket.ts';
import { freeBytes } from '../storage/disk.ts';
import { makeFolder } from '../storage/folders.ts';

/** What has to be there before a recording begins. */
export interface PreflightNeeds {
  /** `recording.path`, absolute. */
  root: string;
  /** What is to be left free there, bytes. */
  minFreeBytes: number;
  /** Names this recorder in the probe objects. */
  nodeId: string;
  bucket: { bucket: Bucket; settings: BucketSettings } | undefined;
  /** Whether recordings are finished here. */
  finishes: boolean;
}

/** A room waits for a recorder's hello for 10 s. */
const BUCKET_MS = 5000;
const MEGABYTE = 1_000_000;

/** Looks whether a recording could be kept. @returns what is wrong and what to do about it, or undefined */
export async function preflight(
  needs: PreflightNeeds,
  options: RecordingOptions,
): Promise<string | undefined> {
  const [disk, encoder, bucket] = await Promise.all([
    checkDisk(needs),
    needs.finishes && options.mode === 'composite' ? checkEncoder() : undefined,
    checkBucket(needs),
  ]);
  return disk ?? bucket ?? encoder;
}

async function checkDisk({ root, minFreeBytes }: PreflightNeeds): Promise<string | undefined> {
  try {
    await makeFolder(root);
    const probe = join(root, `.probe-${process.pid}-${crypto.randomUUID()}`);
    const handle = await open(probe, 'wx', 0o600);
    try {
      await handle.writeFile('Parley looks whether it can write here.\n');
      await handle.datasync();
    } finally {
      await handle.close();
      await unlink(probe).catch(() => undefined);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return `The recorder cannot write to ${root} (${code}): correct recording.path or the folder's owner and permissions.`;
  }
  const free = await freeBytes(root);
  if (free >= minFreeBytes) return undefined;
  const [have, need] = [free, minFreeBytes].map((bytes) => Math.floor(bytes / MEGABYTE));
  return `The recorder's disk has ${have} MB free and keeps ${need} MB so: make room at ${root}, or lower recording.min_free_disk.`;
}

async function checkEncoder(): Promise<string | undefined> {
  try {
    // The bucket's keys and the recorder's secret are none of its business.
    const env = { PATH: process.env['PATH'] };
    await promisify(execFile)('ffmpeg', ['-version'], { timeout: 5000, env });
    return undefined;
  } catch {
    return 'The recorder has no ffmpeg, which makes composites: install it, or record with "mode": "tracks".';
  }
}

async function checkBucket({ bucket, nodeId }: PreflightNeeds): Promise<string | undefined> {
  if (bucket === undefined) return undefined;
  try {
    await bucket.bucket.probe(nodeId, AbortSignal.timeout(BUCKET_MS));
    return undefined;
  } catch (error) {
    return bucketTrouble(error, bucket.settings);
  }
}
