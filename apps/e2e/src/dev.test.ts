import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, inject, it } from 'vitest';
import { ROOT, startService, untilReady } from '../../../infra/dev/processes.ts';
import { freeMediaPorts, freePort } from './free-port.ts';

it('dev starts the product, says where it is, and leaves nothing behind', async () => {
  const [port, metricsPort, recorderPort, filesPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const lines: string[] = [];
  const dev = await startService('dev', process.execPath, ['infra/dev/dev.ts'], {
    env: {
      PARLEY_SERVER_PORT: String(port),
      PARLEY_METRICS_PORT: String(metricsPort),
      PARLEY_RECORDER_METRICS_PORT: String(recorderPort),
      PARLEY_FILES_PORT: String(filesPort),
      PARLEY_RECORDING_PATH: path.join(inject('logFolder'), 'recordings'),
      PARLEY_RTC_PORT: String(await freeMediaPorts()),
      PARLEY_PERFORMANCE_WORKER_THREADS: '1',
    },
    logFolder: inject('logFolder'),
    onLine: (line) => lines.push(line),
  });
  const url = `http://localhost:${port}`;
  try {
    await untilReady(dev, `${url}/health`, 60);
    await expect.poll(() => lines.join('\n'), { timeout: 30_000 }).toContain(`${url} `);
    // The answer holds for a second.
    const health = async () => (await (await fetch(`${url}/health`)).json()) as object;
    await expect.poll(health, { timeout: 5000 }).toMatchObject({ status: 'healthy', rooms: 0 });
    expect(await (await fetch(`${url}/r/some-room`)).text(), 'the page answers a room’s link').toContain(
      '<title>',
    );
    expect((await fetch(`http://localhost:${metricsPort}/metrics`)).status).toBe(200);
  } finally {
    await dev.stop();
    await rm(path.join(ROOT, `.wrangler/dev-${port}`), { recursive: true, force: true });
  }
  expect(await dev.exited).toBe(0);
  await expect(fetch(`${url}/health`), 'the edge is gone').rejects.toThrow();
  await expect(fetch(`http://localhost:${metricsPort}/livez`), 'the node is gone').rejects.toThrow();
});
