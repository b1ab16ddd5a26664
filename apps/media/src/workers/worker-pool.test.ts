import { ensureWorker } from '@parley/mediasoup-worker/ensure';
import { until } from '@parley/service/testing/inbox';
import { observer } from 'mediasoup';
import type { Worker } from 'mediasoup/types';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../../../packages/sdp/fixtures/read.ts';
import { useNode } from '../testing/room-fixture.ts';
import type { TestLink } from '../testing/test-link.ts';
import { WorkerPool } from './worker-pool.ts';

const workers: Worker[] = [];
observer.on('newworker', (worker) => workers.push(worker));
const fixture = useNode({ PARLEY_PERFORMANCE_WORKER_THREADS: '2' });
const ready = async () => (await fetch(`http://127.0.0.1:${fixture.node.metricsPort}/readyz`)).status;

describe('the worker pool', () => {
  it('spreads rooms over workers', async () => {
    for (let i = 0; i < 4; i++) await (await fixture.room()).open('alice');
    const dumps = await Promise.all(workers.map((worker) => worker.dump()));
    expect(dumps.map(({ routerIds }) => routerIds.length)).toEqual([2, 2]);
  });

  it('opens sessions that come at once on one router', async () => {
    const count = async () =>
      (await Promise.all(workers.map((worker) => worker.dump()))).flatMap(({ routerIds }) => routerIds)
        .length;
    const before = await count();
    const link = await fixture.room();
    await Promise.all(['a', 'b', 'c', 'd'].map((participantId) => link.open(participantId)));
    expect((await count()) - before).toBe(1);
  });

  it('replaces workers that die: their sessions end with a reason, others live, new ones open', async () => {
    const links = await Promise.all([fixture.room(), fixture.room()]);
    for (const link of links) {
      await link.open('alice');
      link.request('alice', { type: 'offer', sdp: readFixture('chromium', 'audio-video') });
      await link.event('alice', 'answer');
    }
    for (const worker of workers.slice(0, 2)) process.kill(worker.pid, 'SIGKILL');
    for (const link of links) expect(await link.sessionClosed('alice')).toBe('media_unavailable');
    expect(fixture.node.ledger.transports, 'nothing is left of the dead').toBe(0);
    expect(await ready(), 'without a worker the node is not ready').toBe(503);
    await until(async () => (await ready()) === 200, 'the workers are replaced');
    for (const link of links) {
      await link.open('alice', { requestOffers: false });
      const from = link.messages.count;
      link.request('alice', { type: 'offer', sdp: readFixture('chromium', 'audio-video') });
      await expect(link.event('alice', 'answer', { from })).resolves.toMatchObject({ tracks: { length: 2 } });
    }
  });
});

describe('a worker that dies', () => {
  const pidOf = async (link: TestLink) => {
    const router =
      fixture.node.rooms.rooms.find(({ roomId }) => roomId === link.roomId)?.media?.routers[0]?.router.id ??
      '';
    const dumps = await Promise.all(
      workers.filter(({ closed }) => !closed).map(async (worker) => ({ worker, dump: await worker.dump() })),
    );
    return dumps.find(({ dump }) => dump.routerIds.includes(router))?.worker.pid ?? 0;
  };

  it('loses its sessions, which open on another at once; sessions elsewhere are not touched', async () => {
    await until(
      async () => (await ready()) === 200 && workers.filter(({ closed }) => !closed).length === 2,
      'two run',
    );
    const hit = await fixture.room();
    let spared = await fixture.room();
    const alice = await fixture.direct(hit, 'alice');
    for (const link of [hit, spared]) await link.open('bob');
    const dead = await pidOf(hit);
    while ((await pidOf(spared)) === dead) {
      spared = await fixture.room();
      await spared.open('bob');
    }
    const from = hit.messages.count;
    process.kill(dead, 'SIGKILL');
    for (const name of ['alice', 'bob'])
      expect(await hit.sessionClosed(name, from)).toBe('media_unavailable');
    await expect(alice.event('error'), 'who has a socket hears it there').resolves.toMatchObject({
      code: 'session_ended',
    });
    await hit.open('bob');
    expect(hit.session('bob'), 'the very next one').toBe(2);
    expect(await pidOf(hit)).toBe(await pidOf(spared));
    await spared.stats();
    expect(spared.messages.all.filter(({ type }) => type === 'session-closed')).toEqual([]);
    const stale = await hit.ticket('alice', { session: 1 });
    hit.sendOpen('alice', stale, 1);
    const later = hit.messages.count;
    expect(await hit.sessionClosed('alice', later), 'the lost one does not come back').toBe('session_ended');
  });
});

it('a worker that hangs is as good as dead', async () => {
  const { path } = await ensureWorker();
  const errors: { event: string }[] = [];
  const pool = await WorkerPool.start({
    workers: 1,
    firstPort: 0,
    listen: [{ ip: '127.0.0.1' }],
    codecs: [],
    logger: pino({ level: 'error' }, { write: (line) => errors.push(JSON.parse(line)) }),
    workerBin: path,
    sampleMs: 50,
    hungMs: 300,
  });
  try {
    const [worker] = pool.workers;
    const made = await worker?.createRouter();
    process.kill(workers.at(-1)?.pid ?? 0, 'SIGSTOP');
    await until(() => made?.router.closed === true, 'its rooms are told');
    await until(() => pool.running === 1, 'it is replaced');
    expect(errors.map(({ event }) => event)).toEqual(['worker-hangs', 'worker-died']);
    await expect(pool.workers[0]?.createRouter()).resolves.toBeDefined();
  } finally {
    pool.close();
  }
});
