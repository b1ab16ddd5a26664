import { availableParallelism } from 'node:os';
import { ConfigError } from '@parley/protocol/config/load-config';

/**
 * How many mediasoup workers a node has: `performance.worker_threads`, or one a core. Worker `i` takes port
 * `rtcPort + i`.
 *
 * @throws {ConfigError} when there are not that many ports
 */
export function workerCount(
  rtcPort: number,
  workerThreads: number | undefined,
  cores = availableParallelism(),
): number {
  const workers = workerThreads ?? cores;
  if (rtcPort + workers - 1 <= 65_535) return workers;
  throw new ConfigError(
    `PARLEY_RTC_PORT: ${workers} workers from port ${rtcPort} on pass 65535; choose a lower first port, or a lower ` +
      'performance.worker_threads',
  );
}
