import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rename, stat } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { WebrtcConfig } from '@parley/protocol/config/webrtc-config';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Where recordings go; keys come from the SDK's usual places (environment, profile, instance role). */
export type BucketSettings = Pick<
  WebrtcConfig['recording'],
  's3_bucket' | 's3_region' | 's3_endpoint' | 's3_prefix'
>;

/** Files up to this size go in one request, from memory, bytes. */
const WHOLE_BYTES = 16 * 1024 * 1024;
/** Without a byte for this long a request counts as failed, ms. */
const SILENCE_MS = 30_000;
const CONNECT_MS = 5_000;
/** Connections at once. */
const SOCKETS = 16;

const TYPES: Record<string, string> = {
  webm: 'video/webm',
  mkv: 'video/x-matroska',
  mp4: 'video/mp4',
  json: 'application/json',
};

/** The bucket that recordings go to. Nothing here tries again: who calls decides. Every key is fixed, so that doing a thing twice changes nothing. */
export class Bucket {
  readonly #client: S3Client;
  readonly #settings: BucketSettings;

  constructor(settings: BucketSettings) {
    this.#settings = settings;
    this.#client = new S3Client({
      region: settings.s3_region,
      maxAttempts: 1,
      // Services other than Amazon's do not know its newer checksums; Content-MD5 they all do.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(settings.s3_endpoint !== undefined && { endpoint: settings.s3_endpoint, forcePathStyle: true }),
      requestHandler: new NodeHttpHandler({
        connectionTimeout: CONNECT_MS,
        requestTimeout: SILENCE_MS,
        throwOnRequestTimeout: true,
        socketTimeout: SILENCE_MS,
        httpAgent: new HttpAgent({ keepAlive: true, maxSockets: SOCKETS }),
        httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS }),
      }),
    });
  }

  /** What is below this prefix is of one recording. */
  prefix(recordingId: string): string {
    return `${this.#settings.s3_prefix}${recordingId}/`;
  }

  /** Stores a local file, in place of what may be there. The service checks that it got what was sent. */
  async put(key: string, local: string, signal: AbortSignal): Promise<void> {
    const { size } = await stat(local);
    const common = {
      Bucket: this.#settings.s3_bucket,
      Key: key,
      ContentType: TYPES[key.slice(key.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    };
    if (size <= WHOLE_BYTES) {
      const Body = await readFile(local);
      const ContentMD5 = createHash('md5').update(Body).digest('base64');
      const command = new PutObjectCommand({ ...common, Body, ContentMD5, ContentLength: Body.length });
      await this.#client.send(command, { abortSignal: signal });
      return;
    }
    const upload = new Upload({
      client: this.#client,
      params: { ...common, Body: createReadStream(local) },
      partSize: WHOLE_BYTES,
      queueSize: 2,
      leavePartsOnError: false,
    });
    const abort = () => void upload.abort();
    signal.throwIfAborted();
    signal.addEventListener('abort', abort, { once: true });
    await upload.done().finally(() => signal.removeEventListener('abort', abort));
  }

  /** Fetches an object into a local file, which is there whole or not at all. Whether there is such an object. */
  async get(key: string, local: string): Promise<boolean> {
    try {
      const command = new GetObjectCommand({ Bucket: this.#settings.s3_bucket, Key: key });
      const { Body } = await this.#client.send(command);
      if (!(Body instanceof Readable)) throw new Error(`the bucket sent nothing for ${key}`);
      await pipeline(Body, createWriteStream(`${local}.part`));
      await rename(`${local}.part`, local);
      return true;
    } catch (error) {
      if (error instanceof NoSuchKey || (error instanceof S3ServiceException && error.name === 'NotFound'))
        return false;
      throw error;
    }
  }

  /** Deletes one object, if it is there. */
  async delete(key: string, signal?: AbortSignal): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#settings.s3_bucket, Key: key });
    await this.#client.send(command, signal && { abortSignal: signal });
  }

  /** The keys that begin with `prefix`, in order. */
  async list(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    let next: string | undefined;
    do {
      const command: ListObjectsV2Command = new ListObjectsV2Command({
        Bucket: this.#settings.s3_bucket,
        Prefix: prefix,
        ...(next !== undefined && { ContinuationToken: next }),
      });
      const page = await this.#client.send(command);
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
      next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (next !== undefined);
    return keys;
  }

  /** Puts and deletes an object, to see whether that is possible. @throws why not */
  async probe(name: string, signal: AbortSignal): Promise<void> {
    const key = `${this.#settings.s3_prefix}.probe-${name}`;
    const Body = Buffer.from('Parley looks whether it can write here.\n');
    const place = { Bucket: this.#settings.s3_bucket, Key: key };
    const command = new PutObjectCommand({ ...place, Body, ContentLength: Body.length });
    await this.#client.send(command, { abortSignal: signal });
    await this.delete(key, signal);
  }

  close(): void {
    this.#client.destroy();
  }
}

/** What an operator can do about an error of the bucket's. */
export function bucketTrouble(error: unknown, settings: BucketSettings): string {
  const where = settings.s3_endpoint ?? `Amazon S3 in ${settings.s3_region}`;
  const name = error instanceof Error ? error.name : '';
  const said = error instanceof Error ? error.message || name : String(error);
  if (name === 'NoSuchBucket')
    return `There is no bucket ${settings.s3_bucket} at ${where}: make it, or correct recording.s3_bucket.`;
  if (['AccessDenied', 'Forbidden', 'SignatureDoesNotMatch', 'InvalidAccessKeyId'].includes(name))
    return `The bucket ${settings.s3_bucket} at ${where} refuses the recorder (${name}): check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what they may do.`;
  if (name === 'CredentialsProviderError')
    return 'The recorder has no keys for the bucket: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';
  return `The bucket ${settings.s3_bucket} at ${where} does not answer as it should (${said.slice(0, 200)}): check recording.s3_endpoint and the network.`;
}
