import { afterEach, beforeEach, expect, it } from 'vitest';
import { BotFleet } from './bot-fleet.ts';
import { FakeEdge } from './testing/fake-edge.ts';

let edge: FakeEdge;
beforeEach(async () => {
  edge = await FakeEdge.start();
});
afterEach(() => edge.close());

const plan = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ edgeUrl: edge.url, room: 'full', name: `Bot ${index}` }));

/** Turns everybody away who says `join`. @returns how many were on their way in at once, at the most */
function refuseAll(): () => number {
  let now = 0;
  let most = 0;
  edge.onSocket = (socket) => {
    now += 1;
    most = Math.max(most, now);
    void socket.message('join').then(() => {
      now -= 1;
      socket.send({ type: 'error', code: 'room_full', message: 'The room is full.' });
      socket.close(4409);
    });
  };
  return () => most;
}

it.each([0, 2])('counts who was refused, by reason, with %i processes', async (processes) => {
  const most = refuseAll();
  const fleet = new BotFleet(plan(7), { processes, joiningAtOnce: 2, joinsPerSecond: 1000 });
  try {
    await fleet.start();
    const figures = await fleet.figures();
    expect(figures).toMatchObject({ bots: 7, ready: 0, failed: { 'room_full: The room is full.': 7 } });
    expect(most()).toBeLessThanOrEqual(2);
    const bots = await fleet.bots();
    expect(bots.map(({ name }) => name).sort()).toEqual(plan(7).map(({ name }) => name));
    expect(new Set(bots.map(({ ended }) => ended))).toEqual(new Set(['room_full: The room is full.']));
  } finally {
    await fleet.close();
  }
});

it('keeps the pace', async () => {
  refuseAll();
  const fleet = new BotFleet(plan(6), { processes: 0, joiningAtOnce: 6, joinsPerSecond: 20 });
  const start = performance.now();
  await fleet.start();
  // The sixth starts after five times 50 ms.
  expect(performance.now() - start).toBeGreaterThanOrEqual(250);
  await fleet.close();
});
