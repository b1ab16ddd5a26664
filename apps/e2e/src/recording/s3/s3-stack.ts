import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Stack } from '../../stack.ts';
import { StackRecorder } from '../stack-recorder.ts';
import { Bucket } from './bucket.ts';
import { FaultRelay } from './fault-relay.ts';
import { makeBucket, type Radosgw, startRadosgw } from './radosgw.ts';

export const S3_SERVERS = ['r2', 'radosgw'] as const;
export type S3ServerName = (typeof S3_SERVERS)[number];

const NAME = 'recordings';

/** A stack whose recorder puts recordings into a bucket, over a relay that can fail. */
export class S3Stack {
  readonly stack: Stack;
  readonly recorder: StackRecorder;
  /** As tests see it, past the relay. */
  readonly bucket: Bucket;
  readonly relay: FaultRelay;
  readonly #gateway: Radosgw | undefined;
  readonly #folder: string;

  private constructor(parts: {
    stack: Stack;
    recorder: StackRecorder;
    bucket: Bucket;
    relay: FaultRelay;
    gateway: Radosgw | undefined;
    folder: string;
  }) {
    this.stack = parts.stack;
    this.recorder = parts.recorder;
    this.bucket = parts.bucket;
    this.relay = parts.relay;
    this.#gateway = parts.gateway;
    this.#folder = parts.folder;
  }

  static async start(server: S3ServerName): Promise<S3Stack> {
    const folder = await mkdtemp(path.join(tmpdir(), 'parley-s3-server-'));
    const keys = { accessKeyId: 'parley-test', secretAccessKey: crypto.randomUUID() };
    const gateway = server === 'radosgw' ? await startRadosgw({ folder, ...keys }) : undefined;
    const s3 = { PARLEY_RECORDING_S3_UPLOAD: 'true', PARLEY_RECORDING_S3_BUCKET: NAME };
    const edgeKeys = {
      PARLEY_S3_ACCESS_KEY_ID: keys.accessKeyId,
      PARLEY_S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
    };
    const stack = await Stack.start({
      ...(gateway === undefined && { bucketKeys: keys }),
      edgeEnv: {
        ...s3,
        ...(gateway && { PARLEY_RECORDING_S3_ENDPOINT: gateway.url, ...edgeKeys }),
      },
    });
    const endpoint = gateway?.url ?? `${stack.url}/cdn-cgi/local/r2/s3`;
    const { port, pathname } = new URL(endpoint);
    const relay = await FaultRelay.open(Number(port));
    const bucket =
      gateway === undefined
        ? new Bucket({ endpoint, bucket: NAME, ...keys })
        : await makeBucket(gateway, NAME, keys);
    const recorder = await StackRecorder.start(stack, {
      env: {
        ...s3,
        PARLEY_RECORDING_S3_ENDPOINT: `http://localhost:${relay.port}${pathname === '/' ? '' : pathname}`,
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      },
    });
    return new S3Stack({ stack, recorder, bucket, relay, gateway, folder });
  }

  async stop(): Promise<void> {
    await this.recorder.stop();
    await this.relay.close();
    await this.stack.stop();
    await this.#gateway?.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
