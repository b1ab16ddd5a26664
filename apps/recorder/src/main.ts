import { ConfigError } from '@parley/protocol/config/load-config';
import { createLogger } from '@parley/service/logger';
import { readConfig } from '@parley/service/read-config';
import { RecordingCapture } from './capture/recording-capture.ts';
import { readEnvironment } from './config/environment.ts';
import { Recorder } from './recorder.ts';

/** Seconds that uploads and reports may take at the end, and the end as a whole. */
const PATIENCE_SECONDS = 10;
const SHUTDOWN_SECONDS = 20;

function readSettings() {
  try {
    const settings = readEnvironment(process.env);
    const config = readConfig(settings.configFolder, process.env);
    // ffmpeg inherits the environment; the secret is none of its business.
    delete process.env['PARLEY_ENROLMENT_SECRET'];
    return { settings, config };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`The recorder cannot start:\n${error.message}\n`);
    process.exit(2);
  }
}

const { settings, config } = readSettings();
const logger = createLogger(settings.logLevel, settings.nodeId);

for (const bug of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(bug, (error: unknown) => {
    logger.fatal({ event: 'bug', err: error }, `${bug}: please report this`);
    process.exit(1);
  });
}

let recorder: Recorder | undefined;
async function stop(signal: NodeJS.Signals): Promise<void> {
  logger.info({ event: 'stopping', signal }, 'the recorder stops');
  setTimeout(() => {
    logger.error({ event: 'stop-timeout' }, 'the orderly end took too long; the next process does the rest');
    process.exit(1);
  }, SHUTDOWN_SECONDS * 1000).unref();
  await recorder?.close(PATIENCE_SECONDS * 1000);
  // Close frames and the last log lines are on their way; nothing else is left to do.
  setTimeout(() => process.exit(0), 200);
}
// Before anything is waited for: the first process of a container does not die of a signal that it does not handle.
process.once('SIGTERM', (signal) => void stop(signal));
process.once('SIGINT', (signal) => void stop(signal));

try {
  recorder = await Recorder.start({
    settings,
    config,
    logger,
    openCapture: (options) => RecordingCapture.open(options),
  });
} catch (error) {
  logger.fatal({ event: 'start-failed', err: error }, error instanceof Error ? error.message : String(error));
  process.exit(1);
}
logger.info(
  {
    event: 'started',
    edge: settings.edgeUrl,
    region: settings.region,
    roles: settings.roles,
    storage: config.webrtc.recording.s3_upload ? 'bucket' : 'disk',
    capture: `${settings.captureIp}:${settings.capturePorts.first}-${settings.capturePorts.last}`,
    ...(recorder.filesPort !== undefined && { files: `${settings.filesHost}:${recorder.filesPort}` }),
    metrics: `http://${settings.metricsHost}:${recorder.metricsPort}/metrics`,
  },
  'the recorder runs',
);
