import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Service } from '../../../infra/dev/processes.ts';
import { makeSecret, startEdge, startNode } from '../../../infra/dev/stack.ts';
import { ensureWorker } from '../../../infra/mediasoup-worker/ensure.ts';
import { freePort, mediaPort } from './free-port.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Base URL of the edge under test. */
    url: string;
    metricsUrl: string;
    logFolder: string;
  }
}

/** Starts the whole product for the tests: an edge with empty storage and one media node, on free ports. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-e2e-'));
  const logFolder = path.join(folder, 'logs');
  const enrolmentSecret = makeSecret();
  const services: Service[] = [];
  const troubles: string[] = [];
  let stopping = false;
  const onLine = (line: string) => {
    // Ended all at once, one may well complain of the other's end.
    if (!stopping && isTrouble(line)) troubles.push(line);
  };
  const stop = async () => {
    stopping = true;
    await Promise.all(services.map((service) => service.stop()));
    if (process.env['PARLEY_KEEP_LOGS'] === undefined) await rm(folder, { recursive: true, force: true });
    else console.error(`The logs are in ${logFolder}`);
  };
  try {
    const [port, metricsPort, clientPort] = await Promise.all([freePort(), freePort(), freePort()]);
    const { path: workerBin } = await ensureWorker();
    const edge = { host: '127.0.0.1', port, stateFolder: folder, logFolder, enrolmentSecret, onLine };
    services.push(await startEdge(edge));
    const url = `http://localhost:${port}`;
    const env = { PARLEY_RTC_PORT: String(mediaPort()), LOG_LEVEL: 'debug' };
    services.push(
      await startNode({
        name: 'node-e2e',
        edgeUrl: url,
        enrolmentSecret,
        workerBin,
        metricsPort,
        clientPort,
        logFolder,
        env,
        onLine,
      }),
    );
    project.provide('url', url);
    project.provide('metricsUrl', `http://127.0.0.1:${metricsPort}/metrics`);
    project.provide('logFolder', logFolder);
  } catch (error) {
    await stop();
    throw error;
  }
  return async () => {
    await stop();
    if (troubles.length > 0)
      throw new Error(`Servers reported errors during the tests:\n${troubles.join('\n')}`);
  };
}

/** What a server prints only when it has a bug: tests that pass beside it prove nothing. */
function isTrouble(line: string): boolean {
  return /Uncaught|"level":"(error|fatal)"/.test(line);
}
