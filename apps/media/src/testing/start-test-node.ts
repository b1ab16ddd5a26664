import { fileURLToPath } from 'node:url';
import { ensureWorker } from '@parley/mediasoup-worker/ensure';
import { pino } from 'pino';
import { readEnvironment } from '../config/environment.ts';
import { readConfig } from '../config/read-config.ts';
import { MediaNode, type MediaNodeOptions } from '../media-node.ts';

const configFolder = fileURLToPath(new URL('../../../../infra/config/', import.meta.url));
/** Below the range from which the system gives out ports, and apart for test files that run at once. */
let nextPort = 20_000 + (process.pid % 1000) * 8;

/** Starts the real node against a test edge, on loopback. */
export async function startTestNode(
  edgeUrl: string,
  environment: Record<string, string> = {},
  options: Partial<MediaNodeOptions> = {},
): Promise<MediaNode> {
  const settings = readEnvironment({
    PARLEY_EDGE_URL: edgeUrl,
    PARLEY_ENROLMENT_SECRET: 'the enrolment secret of the test edge',
    PARLEY_NODE_ID: 'node-1',
    PARLEY_WORKERS: '1',
    PARLEY_RTC_PORT: String(nextPort++),
    PARLEY_METRICS_HOST: '127.0.0.1',
    PARLEY_METRICS_PORT: '0',
    ...environment,
  });
  const { path } = await ensureWorker();
  return await MediaNode.start({
    settings,
    config: readConfig(configFolder, environment),
    addresses: { listen: [{ ip: '127.0.0.1' }], errors: [], warnings: [] },
    logger: pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }),
    workerBin: path,
    ...options,
  });
}
