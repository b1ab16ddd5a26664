/**
 * `pnpm dev`: the whole product on this machine. Gets the mediasoup worker, builds the page, starts the edge, one
 * media node and one recorder, and says where to go. Ctrl-C ends it all.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseApiKeys } from '../../packages/protocol/src/api-keys.ts';
import { loadConfig } from '../../packages/protocol/src/config/load-config.ts';
import { MediaConfig } from '../../packages/protocol/src/config/media-config.ts';
import { WebrtcConfig } from '../../packages/protocol/src/config/webrtc-config.ts';
import { ensureWorker } from '../mediasoup-worker/ensure.ts';
import { logHint, ROOT, type Service } from './processes.ts';
import { buildPage } from './run.ts';
import {
  bucketEnvironment,
  localUrl,
  makeBucketKeys,
  makeSecret,
  overrides,
  startEdge,
  startNode,
  startRecorder,
} from './stack.ts';

const config = readConfig();
const { host, port } = config.server;
const url = localUrl(host, port);
// Two stacks at once, on different ports, keep apart.
const stateFolder = path.join(ROOT, '.wrangler', port === 8080 ? 'dev' : `dev-${port}`);
const logFolder = path.join(stateFolder, 'logs');
/** Where recordings go, unless to a bucket. */
const recordings = path.resolve(ROOT, config.recording.path);
/** Whether they go to the edge's own bucket, as it runs here: no other one is configured. */
const ownBucket =
  config.recording.enabled && config.recording.s3_upload && config.recording.s3_endpoint === undefined;
const services: Service[] = [];
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(0));

try {
  say('Looking for the mediasoup worker …');
  const worker = await ensureWorker();
  say('Building the page …');
  if ((await buildPage()) !== 0) {
    throw new Error('The page could not be built; see above.');
  }
  const enrolmentSecret = makeSecret();
  say('Starting the edge …');
  const bucketKeys = ownBucket ? makeBucketKeys() : undefined;
  const where = { host, port, stateFolder, logFolder };
  const edge = await startEdge({
    ...where,
    enrolmentSecret,
    env: overrides(),
    ...(bucketKeys && { bucketKeys }),
  });
  services.push(edge);
  say('Starting a media node …');
  const node = await startNode({
    name: 'node-dev',
    edgeUrl: url,
    enrolmentSecret,
    workerBin: worker.path,
    metricsPort: Number(process.env['PARLEY_METRICS_PORT'] ?? 9090),
    clientPort: Number(process.env['PARLEY_CLIENT_PORT'] ?? 8443),
    logFolder,
    onLine: (line) => showTrouble('media node', line),
  });
  services.push(node);
  if (config.recording.enabled) {
    say('Starting a recorder …');
    const recorder = await startRecorder({
      name: 'recorder-dev',
      edgeUrl: url,
      enrolmentSecret,
      path: recordings,
      metricsPort: Number(process.env['PARLEY_RECORDER_METRICS_PORT'] ?? 9091),
      filesPort: Number(process.env['PARLEY_FILES_PORT'] ?? 8090),
      logFolder,
      env: bucketKeys === undefined ? {} : bucketEnvironment(url, bucketKeys),
      onLine: (line) => showTrouble('recorder', line),
    });
    services.push(recorder);
  }
  say(`
  Parley is running.

    Page      ${url}        open it in two tabs
    API       ${url}/api/rooms        ${url}/api/docs to browse it
    Health    ${url}/health
    Metrics   http://localhost:${process.env['PARLEY_METRICS_PORT'] ?? 9090}/metrics
    Recorded  ${ownBucket ? 'the bucket of the edge, under .wrangler' : recordings}
    Logs      ${path.relative(ROOT, logFolder)}

  Ctrl-C stops it.
`);
  const ended = await Promise.race(
    services.map(async (service) => ({ service, status: await service.exited })),
  );
  if (!stopping)
    throw new Error(`${ended.service.name} ended with ${ended.status}; ${logHint(ended.service)}`);
} catch (error) {
  if (!stopping) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    await stop(1);
  }
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.all(services.map((service) => service.stop()));
  process.exit(code);
}

/** Looks at both files before anything starts: the Worker and the node would each stop with the same complaint. */
function readConfig(): WebrtcConfig {
  const media = 'infra/config/media.yaml';
  const webrtc = 'infra/config/webrtc.yaml';
  const text = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
  try {
    parseApiKeys(process.env['PARLEY_API_KEYS']);
    loadConfig(MediaConfig, text(media), media, process.env);
    return loadConfig(WebrtcConfig, text(webrtc), webrtc, process.env);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

function say(text: string): void {
  console.error(text);
}

/** A server's warnings and errors, for the terminal; the rest stays in its log. */
function showTrouble(server: string, line: string): void {
  try {
    const entry = JSON.parse(line) as { level?: string; msg?: string };
    if (entry.level === 'warn' || entry.level === 'error' || entry.level === 'fatal')
      say(`${server}: ${entry.msg}`);
  } catch {
    say(`${server}: ${line}`);
  }
}
