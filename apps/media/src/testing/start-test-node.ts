import { fileURLToPath } from 'node:url';
import { ensureWorker } from '@parley/mediasoup-worker/ensure';
import { readConfig } from '@parley/service/read-config';
import { pino } from 'pino';
import { readEnvironment } from '../config/environment.ts';
import { MediaNode, type MediaNodeOptions } from '../media-node.ts';
import { workerCount } from '../workers/worker-count.ts';

const configFolder = fileURLToPath(new URL('../../../../infra/config/', import.meta.url));
/** Starts the real node against a test edge, on loopback. */
export async function startTestNode(
  edgeUrl: string,
  environment: Record<string, string> = {},
  options: Partial<MediaNodeOptions> = {},
): Promise<MediaNode> {
  const variables = { PARLEY_PERFORMANCE_WORKER_THREADS: '1', ...environment };
  const config = readConfig(configFolder, variables);
  const settings = readEnvironment({
    PARLEY_EDGE_URL: edgeUrl,
    PARLEY_ENROLMENT_SECRET: 'the-enrolment-secret-of-the-test-edge',
    PARLEY_NODE_ID: 'node-1',
    // What clients are told; tests ask the node for the port that it found.
    PARLEY_PUBLIC_URL: 'ws://127.0.0.1:8443',
    PARLEY_CLIENT_HOST: '127.0.0.1',
    PARLEY_CLIENT_PORT: '0',
    PARLEY_METRICS_HOST: '127.0.0.1',
    PARLEY_METRICS_PORT: '0',
    ...variables,
  });
  const { path } = await ensureWorker();
  return await MediaNode.start({
    // A port that the worker finds: test files run at once.
    settings: { ...settings, rtcPort: 0 },
    config,
    workers: workerCount(0, config.webrtc.performance.worker_threads),
    addresses: { listen: [{ ip: '127.0.0.1' }], errors: [], warnings: [] },
    logger: pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' }),
    workerBin: path,
    ...options,
  });
}
