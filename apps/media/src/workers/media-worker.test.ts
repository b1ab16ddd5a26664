import { ensureWorker } from '@parley/mediasoup-worker/ensure';
import { until } from '@parley/service/testing/inbox';
import { expect, it } from 'vitest';
import { MediaWorker } from './media-worker.ts';

it('does not count what starting took as use', async () => {
  const { path: workerBin } = await ensureWorker();
  const media = await MediaWorker.start({ port: 0, listen: [{ ip: '127.0.0.1' }], codecs: [], workerBin });
  const started = performance.now();
  try {
    const { ru_utime, ru_stime } = await media.worker.getResourceUsage();
    const startMs = ru_utime + ru_stime;
    expect(startMs, 'starting took some').toBeGreaterThan(0);
    // Until the start would be less than all of a core, which is the most that is told.
    await until(() => performance.now() - started > 5 * startMs, 'it has done nothing for a while');
    await media.sample();
    expect(media.cpu * (performance.now() - started), 'ms of CPU').toBeLessThan(startMs / 2);
  } finally {
    media.worker.close();
  }
});
