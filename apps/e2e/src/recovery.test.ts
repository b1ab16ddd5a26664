import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { leaveAll, messages, report } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';
import { startSeedClient } from './seed-client.ts';
import { Stack } from './stack.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const framesOf = async (meet: Meet, name: string) => (await meet.tile(name))?.frames ?? 0;

/** Waits until the tile shows moving pictures. */
async function expectMoving(meet: Meet, name: string, timeout = 20_000): Promise<void> {
  const before = await framesOf(meet, name);
  await expect
    .poll(() => framesOf(meet, name), { timeout, message: `${name} moves` })
    .toBeGreaterThan(before + 10);
}

/** The longest time, in ms, for which a tile showed no new frame; asked four times a second until `end` settles. */
async function longestFreeze(meet: Meet, name: string, end: Promise<unknown>): Promise<number> {
  let ended = false;
  void end.finally(() => {
    ended = true;
  });
  let frames = await framesOf(meet, name);
  let since = performance.now();
  let longest = 0;
  while (!ended) {
    await sleep(250);
    const now = await framesOf(meet, name);
    longest = Math.max(longest, performance.now() - since);
    if (now > frames) since = performance.now();
    frames = now;
  }
  return longest;
}

/** Numbers of the media sessions that the page was told of. */
async function sessionsOf(meet: Meet): Promise<number[]> {
  return (await messages(meet.page, 'in', 'media-session')).map(({ session }) => Number(session));
}

async function expectReconnected(...meets: Meet[]): Promise<void> {
  for (const { page } of meets) {
    await expect
      .poll(() => page.getByTestId('reconnecting').count(), { timeout: 40_000, message: 'is back' })
      .toBe(0);
  }
}

async function expectChat(from: Meet, to: Meet, text: string): Promise<void> {
  const said = async () => (await messages(to.page, 'in', 'chat')).map((message) => message['text']);
  await from.page.evaluate(() => undefined);
  await from.say(text);
  await expect.poll(said, { timeout: 10_000, message: 'chat arrives' }).toContain(text);
}

describe.each(['direct', 'relay'] as const)('a call over the %s carrier stays', (carrier) => {
  let stack: Stack;
  let ann: Meet;
  let bob: Meet;
  beforeAll(async () => {
    stack = await Stack.start({
      direct: carrier === 'direct',
      nodeEnv: { PARLEY_PERFORMANCE_WORKER_THREADS: '2' },
    });
  }, 90_000);
  afterAll(async () => {
    await stack.stop();
    expect(stack.troubles, 'what servers reported').toEqual([]);
  });
  afterEach(() => leaveAll(browser));

  async function callOfTwo(room: string): Promise<void> {
    ann = await Meet.join(browser, room, 'Ann', { url: stack.url });
    bob = await Meet.join(browser, room, 'Bob', { url: stack.url });
    await expectMoving(ann, 'Bob');
    await expectMoving(bob, 'Ann');
    const [told] = await messages(bob.page, 'in', 'media-session');
    expect(told?.['carrier']).toMatchObject({ type: carrier });
  }

  it('while the edge is started anew: no picture stops, nobody has to do anything', async () => {
    // Longer than a node’s lease and than anybody who vanished is kept; PARLEY_EDGE_AWAY=60000 has it away for a minute.
    const away = carrier === 'direct' ? Number(process.env['PARLEY_EDGE_AWAY'] ?? 32_000) : 5_000;
    await callOfTwo('edge-away');
    const outage = (async () => {
      await stack.killEdge();
      await sleep(away);
      await stack.startEdge();
      await expectReconnected(ann, bob);
    })();
    const [atAnn, atBob] = await Promise.all([
      longestFreeze(ann, 'Bob', outage),
      longestFreeze(bob, 'Ann', outage),
    ]);
    await outage;
    // Media that depended on the edge would stand still for as long as that is away.
    expect(Math.max(atAnn, atBob), 'ms without a new frame').toBeLessThan(4000);
    await expectChat(ann, bob, 'still here');
    await expectChat(bob, ann, 'me too');
    expect(await ann.names()).toEqual(['Ann (you)', 'Bob']);
    expect(new Set([...(await sessionsOf(ann)), ...(await sessionsOf(bob))]), 'no new session').toEqual(
      new Set([1]),
    );
    const { participants } = await (await fetch(`${stack.url}/api/rooms/edge-away`)).json();
    expect(participants.map((one: { name: string }) => one.name).sort()).toEqual(['Ann', 'Bob']);
    await expectMoving(ann, 'Bob');
  }, 180_000);

  it('when a media worker dies: the room goes on with another', async () => {
    await callOfTwo('worker-dies');
    const pids = await stack.workerPids();
    expect(pids).toHaveLength(2);
    stack.expectTroubles(/worker process died|"worker-died"/);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await expect
      .poll(async () => Math.max(...(await sessionsOf(bob))), { timeout: 20_000 })
      .toBeGreaterThan(1);
    await expectMoving(ann, 'Bob', 30_000);
    await expectMoving(bob, 'Ann', 30_000);
    expect(await ann.names()).toEqual(['Ann (you)', 'Bob']);
  }, 120_000);

  it('with a sample client of the specification, when its media worker dies', async () => {
    const seed = await startSeedClient(browser, { url: stack.url });
    ann = await Meet.join(browser, 'room-123', 'Ann', { url: stack.url });
    await expectMoving(ann, 'John Doe');
    stack.expectTroubles(/worker process died|"worker-died"/);
    for (const pid of await stack.workerPids()) process.kill(pid, 'SIGKILL');
    await expect
      .poll(async () => (await messages(ann.page, 'in', 'track-unpublished')).length, { timeout: 20_000 })
      .toBeGreaterThan(0);
    await expectMoving(ann, 'John Doe', 40_000);
    const { connections } = await report(seed);
    expect(connections.length, 'it knows of nothing: its one PeerConnection goes on').toBe(1);
  }, 120_000);

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'when the node ends by %s and is started again',
    async (signal) => {
      const room = `node-${signal.toLowerCase()}`;
      await callOfTwo(room);
      await stack.endNode(signal);
      await stack.startNode();
      await expectMoving(ann, 'Bob', 40_000);
      await expectMoving(bob, 'Ann', 40_000);
      expect(await ann.names()).toEqual(['Ann (you)', 'Bob']);
      const { connections } = await report(ann.page);
      const open = connections.filter(({ state }) => state !== 'closed');
      expect(open.length, 'the old PeerConnections are closed').toBe(2);
    },
    120_000,
  );
});
