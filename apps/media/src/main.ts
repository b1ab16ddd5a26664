import { ConfigError } from '@parley/protocol/config/load-config';
import { createLogger } from '@parley/service/logger';
import { readConfig } from '@parley/service/read-config';
import { readEnvironment } from './config/environment.ts';
import { MediaNode } from './media-node.ts';
import { planAddresses } from './network/announced-address.ts';
import { machineAddresses } from './network/machine-addresses.ts';
import { workerCount } from './workers/worker-count.ts';

/** Seconds that an orderly end may take. */
const SHUTDOWN_SECONDS = 5;

function readSettings() {
  try {
    const settings = readEnvironment(process.env);
    const config = readConfig(settings.configFolder, process.env);
    const workers = workerCount(settings.rtcPort, config.webrtc.performance.worker_threads);
    // Workers inherit the environment; the secret is none of their business.
    delete process.env['PARLEY_ENROLMENT_SECRET'];
    return { settings, config, workers };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`The media node cannot start:\n${error.message}\n`);
    process.exit(2);
  }
}

const { settings, config, workers } = readSettings();
const logger = createLogger(settings.logLevel, settings.nodeId);

for (const bug of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(bug, (error: unknown) => {
    logger.fatal({ event: 'bug', err: error }, `${bug}: please report this`);
    process.exit(1);
  });
}

const addresses = planAddresses({
  machine: machineAddresses(),
  listenIps: settings.listenIps,
  announcedAddresses: settings.announcedAddresses,
  edgeUrl: settings.edgeUrl,
});
for (const warning of addresses.warnings) logger.warn({ event: 'unreachable' }, warning);
for (const problem of addresses.errors) logger.fatal({ event: 'address' }, problem);
if (addresses.errors.length > 0) process.exit(2);

let node: MediaNode | undefined;
async function stop(signal: NodeJS.Signals): Promise<void> {
  logger.info({ event: 'stopping', signal }, 'the media node stops');
  setTimeout(() => {
    logger.error({ event: 'stop-timeout' }, 'the orderly end took too long');
    process.exit(1);
  }, SHUTDOWN_SECONDS * 1000).unref();
  // Workers of a node that is still starting end with this process.
  await node?.close();
  // Close frames and the last log lines are on their way; nothing else is left to do.
  setTimeout(() => process.exit(0), 200);
}
// Before anything is waited for: the first process of a container does not die of a signal that it does not handle.
process.once('SIGTERM', (signal) => void stop(signal));
process.once('SIGINT', (signal) => void stop(signal));

try {
  node = await MediaNode.start({ settings, config, workers, addresses, logger });
} catch (error) {
  logger.fatal({ event: 'start-failed', err: error }, error instanceof Error ? error.message : String(error));
  process.exit(1);
}
logger.info(
  {
    event: 'started',
    edge: settings.edgeUrl,
    region: settings.region,
    workers,
    rtcPorts: `${settings.rtcPort}-${settings.rtcPort + workers - 1}`,
    listen: addresses.listen,
    ...(settings.publicUrl !== undefined && {
      publicUrl: settings.publicUrl,
      clients: `${settings.clientHost}:${node.direct?.port}`,
    }),
    metrics: `http://${settings.metricsHost}:${node.metricsPort}/metrics`,
  },
  'the media node runs',
);
