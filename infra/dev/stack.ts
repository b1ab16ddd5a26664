import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { overrideNames } from '../../packages/protocol/src/config/load-config.ts';
import { MediaConfig } from '../../packages/protocol/src/config/media-config.ts';
import { WebrtcConfig } from '../../packages/protocol/src/config/webrtc-config.ts';
import { type BucketKeys, edgeConfig } from './edge-config.ts';
import { ROOT, type Service, startService, untilReady } from './processes.ts';

/** Where and how an edge runs on this machine. */
export interface EdgeOptions {
  host: string;
  port: number;
  /** Keeps the Durable Objects' storage, and secrets, between runs. */
  stateFolder: string;
  logFolder: string;
  enrolmentSecret: string;
  /** Where debuggers may attach. Default any free port. */
  inspectorPort?: number;
  /** Variables of the Worker: configuration overrides `PARLEY_…`, `LOG_LEVEL`. */
  env?: Record<string, string>;
  onLine?: (line: string) => void;
  /** How long it may take until it answers; many who wait for it make it slow. Default 60. */
  readySeconds?: number;
  /** The Worker's file, where it is another than that of `wrangler.toml`. */
  entry?: string;
  /** Opens the local bucket's S3 endpoint, see {@link bucketEnvironment}. */
  bucketKeys?: BucketKeys;
}

/** Starts the Worker with its Durable Objects under wrangler's local runtime, and waits until it answers. */
export async function startEdge(options: EdgeOptions): Promise<Service> {
  const { host, port, stateFolder, logFolder, onLine, inspectorPort = 0 } = options;
  const { readySeconds = 60 } = options;
  await mkdir(stateFolder, { recursive: true });
  const envFile = path.join(stateFolder, 'edge.env');
  const variables = { PARLEY_ENROLMENT_SECRET: options.enrolmentSecret, ...options.env };
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
  await writeFile(envFile, `${lines.join('\n')}\n`, { mode: 0o600 });
  const entry = options.entry === undefined ? [] : [options.entry];
  const args = ['dev', ...entry, '--ip', host, '--port', String(port), '--env-file', envFile];
  args.push('--inspector-port', String(inspectorPort));
  if (options.bucketKeys !== undefined) {
    const config = path.join(stateFolder, 'wrangler.toml');
    await writeFile(config, edgeConfig(options.bucketKeys), { mode: 0o600 });
    args.push('--config', config);
  }
  args.push('--persist-to', path.join(stateFolder, 'storage'), '--show-interactive-dev-session=false');
  const service = await startService('edge', path.join(ROOT, 'node_modules/.bin/wrangler'), args, {
    env: {
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_LOG_SANITIZE: 'true',
      WRANGLER_LOG: 'log',
      // Else it traces each request into a database of its own: 20 ms more a join, and a third more memory a room.
      X_LOCAL_OBSERVABILITY: 'false',
    },
    logFolder,
    ...(onLine && { onLine }),
  });
  await untilReady(service, `${localUrl(host, port)}/health`, readySeconds);
  return service;
}

/** Where this machine reaches a server that listens on `host`. */
export function localUrl(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** How a media node runs on this machine. */
export interface NodeOptions {
  /** `node`, or several apart: names the log file and the node. */
  name: string;
  edgeUrl: string;
  enrolmentSecret: string;
  workerBin: string;
  metricsPort: number;
  /** Where clients open sockets of their own; absent when they cannot. */
  clientPort?: number;
  logFolder: string;
  /** Further variables of the node, see apps/media/README.md. */
  env?: Record<string, string>;
  onLine?: (line: string) => void;
}

/** Starts a media node and waits until it is ready for rooms. */
export async function startNode(options: NodeOptions): Promise<Service> {
  const { logFolder, onLine, clientPort } = options;
  const service = await startService(
    options.name,
    process.execPath,
    [path.join(ROOT, 'apps/media/src/main.ts')],
    {
      env: {
        PARLEY_EDGE_URL: options.edgeUrl,
        PARLEY_ENROLMENT_SECRET: options.enrolmentSecret,
        PARLEY_NODE_ID: options.name,
        PARLEY_METRICS_PORT: String(options.metricsPort),
        MEDIASOUP_WORKER_BIN: options.workerBin,
        ...(clientPort !== undefined && {
          PARLEY_CLIENT_PORT: String(clientPort),
          PARLEY_PUBLIC_URL: `ws://localhost:${clientPort}`,
        }),
        ...options.env,
      },
      logFolder,
      ...(onLine && { onLine }),
    },
  );
  await untilReady(service, `http://127.0.0.1:${options.metricsPort}/readyz`, 60);
  return service;
}

/** How a recorder runs on this machine. */
export interface RecorderOptions {
  /** Names the log file and the recorder. */
  name: string;
  edgeUrl: string;
  enrolmentSecret: string;
  /** Folder of recordings. */
  path: string;
  metricsPort: number;
  filesPort: number;
  logFolder: string;
  /** Further variables of the recorder, see apps/recorder/README.md. */
  env?: Record<string, string>;
  onLine?: (line: string) => void;
}

/** Starts a recorder, which also finishes recordings, and waits until it is ready for rooms. */
export async function startRecorder(options: RecorderOptions): Promise<Service> {
  const { logFolder, onLine, metricsPort, filesPort } = options;
  const program = path.join(ROOT, 'apps/recorder/src/main.ts');
  const service = await startService(options.name, process.execPath, [program], {
    env: {
      PARLEY_EDGE_URL: options.edgeUrl,
      PARLEY_ENROLMENT_SECRET: options.enrolmentSecret,
      PARLEY_NODE_ID: options.name,
      PARLEY_METRICS_PORT: String(metricsPort),
      PARLEY_FILES_PORT: String(filesPort),
      PARLEY_PUBLIC_URL: `http://localhost:${filesPort}`,
      PARLEY_RECORDING_PATH: options.path,
      ...options.env,
    },
    logFolder,
    ...(onLine && { onLine }),
  });
  await untilReady(service, `http://127.0.0.1:${metricsPort}/readyz`, 60);
  return service;
}

/** What a recorder needs to write to the bucket of an edge on this machine. */
export function bucketEnvironment(edgeUrl: string, keys: BucketKeys): Record<string, string> {
  return {
    PARLEY_RECORDING_S3_UPLOAD: 'true',
    PARLEY_RECORDING_S3_BUCKET: 'recordings',
    PARLEY_RECORDING_S3_ENDPOINT: `${edgeUrl}/cdn-cgi/local/r2/s3`,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
}

/** Keys for one run of a bucket on this machine. */
export function makeBucketKeys(): BucketKeys {
  return { accessKeyId: randomBytes(10).toString('hex'), secretAccessKey: makeSecret() };
}

/** A secret for one run on this machine. */
export function makeSecret(): string {
  return randomBytes(32).toString('hex');
}

/** The Worker's secrets that keys of its configuration need, and how much it logs. */
const VARIABLES = ['PARLEY_TURN_SECRET', 'PARLEY_API_KEYS', 'LOG_LEVEL'];

/** The overrides of configuration keys in an environment, and what else of it is for the Worker. */
export function overrides(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const keys = [WebrtcConfig, MediaConfig].flatMap((schema) => [...overrideNames(schema).values()]);
  return Object.fromEntries(
    [...keys, ...VARIABLES].flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
