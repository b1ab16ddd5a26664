import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { leaveAll } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';
import { startReceiver } from './prove/webhooks.ts';
import { Stack } from './stack.ts';

let browser: Browser;
let stack: Stack;
let receiver: Awaited<ReturnType<typeof startReceiver>>['receiver'];
beforeAll(async () => {
  browser = await launchBrowser();
  const started = await startReceiver();
  receiver = started.receiver;
  stack = await Stack.start(started.options);
}, 90_000);
afterAll(async () => {
  await leaveAll(browser);
  await browser.close();
  await receiver.down();
  await stack.stop();
  expect(stack.troubles, 'what servers reported').toEqual([]);
});

it('a call of two tabs is reported by their SDK and their node, also by a tab that is just closed', async () => {
  const ann = await Meet.join(browser, 'reported', 'Ann', { url: stack.url });
  const bob = await Meet.join(browser, 'reported', 'Bob', { url: stack.url });
  for (const [meet, name] of [
    [ann, 'Bob'],
    [bob, 'Ann'],
  ] as const) {
    await expect
      .poll(async () => (await meet.tile(name))?.frames ?? 0, { timeout: 15_000, message: `${name} is seen` })
      .toBeGreaterThan(60);
  }
  await ann.press('leave');
  await ann.ending();
  await bob.page.goto('about:blank');
  const left = () => receiver.events.filter(({ event }) => event === 'participant-left').length;
  await expect.poll(left, { timeout: 15_000 }).toBe(2);
  await fetch(`${stack.url}/api/rooms/reported`, { method: 'DELETE' });
  const report = () => receiver.events.find((event) => event.event === 'call-report');
  await expect.poll(report, { timeout: 20_000 }).toBeDefined();
  const [first, second] = report()?.participants ?? [];
  for (const one of [first, second]) {
    expect(one).toMatchObject({ reason: 'left', reconnects: 0, freezes: expect.any(Number) });
    expect(one?.connectedMs).toBeGreaterThan(2000);
    expect(one?.sent?.bitrate).toBeGreaterThan(50_000);
    expect(one?.received?.bitrate).toBeGreaterThan(50_000);
    expect(one?.sent?.loss).toBeLessThan(0.2);
    expect(one?.received?.loss).toBeLessThan(0.2);
    expect(one?.roundTripTimeMs).toBeGreaterThan(0);
  }
  // Bob found Ann’s picture when he came.
  expect(second?.name).toBe('Bob');
  expect(second?.joinMs).toBeGreaterThan(50);
  expect(second?.joinMs).toBeLessThan(15_000);
});
