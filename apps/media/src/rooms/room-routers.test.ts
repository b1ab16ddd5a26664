import { ensureWorker } from '@parley/mediasoup-worker/ensure';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evenly } from '../testing/evenly.ts';
import type { RoomRouter } from '../workers/media-worker.ts';
import { choosePlace, type Placement } from '../workers/placement.ts';
import { WorkerPool } from '../workers/worker-pool.ts';
import { RoomRouters } from './room-routers.ts';

let workerBin: string;
let pool: WorkerPool;
const start = () =>
  WorkerPool.start({
    workers: 2,
    firstPort: 0,
    listen: [{ ip: '127.0.0.1' }],
    codecs: [],
    logger: pino({ level: 'silent' }),
    workerBin,
  });
beforeAll(async () => {
  workerBin = (await ensureWorker()).path;
  pool = await start();
}, 20 * 60_000);
afterAll(() => pool.close());

const together: Placement = (candidates) =>
  candidates.find(({ sessions }) => sessions !== undefined) ?? candidates[0];

function routersOf(placement: Placement, of = pool) {
  const opened: RoomRouter[] = [];
  const lost: RoomRouter[] = [];
  const routers = new RoomRouters(of, placement, {
    opened: (router) => opened.push(router),
    lost: (router) => lost.push(router),
  });
  return { routers, opened, lost };
}

it('sessions that come at once get one router, or one on each worker', async () => {
  const small = routersOf(together);
  const taken = await Promise.all([1, 2, 3].map(() => small.routers.take()));
  expect(new Set(taken).size).toBe(1);
  expect(small.opened).toHaveLength(1);
  small.routers.close();

  const big = routersOf(evenly);
  await big.routers.take();
  await Promise.all([1, 2, 3].map(() => big.routers.take()));
  expect(big.routers.all).toEqual(big.opened);
  expect(big.opened.map(({ worker }) => worker)).toEqual(pool.workers);
  big.routers.close();
  expect(big.opened.map(({ router }) => router.closed)).toEqual([true, true]);
});

it('a burst into a room is divided, though nothing tells yet what it will need', async () => {
  const own = await start();
  const { routers, opened } = routersOf(choosePlace, own);
  try {
    const take = (count: number) => Promise.all(Array.from({ length: count }, () => routers.take()));
    const taken = await take(12);
    expect(opened, 'a small room stays together').toHaveLength(1);
    taken.push(...(await take(88)));
    const counts = opened.map((router) => taken.filter((one) => one === router).length);
    expect(counts, `of ${counts}`).toHaveLength(2);
    expect(Math.min(...counts)).toBeGreaterThan(35);
  } finally {
    own.close();
  }
});

it('a router that nobody uses any more closes, but for the last', async () => {
  const { routers } = routersOf(evenly);
  const first = await routers.take();
  const more = await Promise.all([1, 2, 3].map(() => routers.take()));
  const second = more.find((router) => router !== first);
  if (second === undefined) throw new Error('no second router');
  expect(more.filter((router) => router === second)).toHaveLength(2);
  routers.give(second);
  expect(second.router.closed, 'another one holds it').toBe(false);
  routers.give(second);
  expect(second.router.closed).toBe(true);
  routers.give(first);
  routers.give(first);
  expect(first.router.closed, 'the last').toBe(false);
  expect(routers.all).toEqual([first]);
  routers.close();
});

it('what is made while the room is closed is closed', async () => {
  const { routers, opened } = routersOf(together);
  const taken = routers.take();
  routers.close();
  await expect(taken).rejects.toMatchObject({ code: 'room_closed' });
  await expect(routers.take()).rejects.toMatchObject({ code: 'room_closed' });
  expect(opened).toEqual([]);
  expect(pool.census.routers).toBe(0);
});

it('a worker that is dead, known or not, gets no room; what was on it is lost', async () => {
  const own = await start();
  try {
    const [first, second] = own.workers;
    const hit = routersOf(together, own);
    const there = await hit.routers.take();
    expect(there.worker).toBe(first);
    process.kill(first?.worker.pid ?? 0, 'SIGKILL');
    // All asked for before this process can have heard of it.
    const rooms = Array.from({ length: 4 }, () => routersOf(together, own));
    const made = await Promise.all(rooms.map(({ routers }) => routers.take()));
    expect(made.map(({ worker }) => worker)).toEqual(made.map(() => second));
    expect(hit.lost).toEqual([there]);
    expect((await hit.routers.take()).worker, 'it begins again elsewhere').toBe(second);
  } finally {
    own.close();
  }
});
