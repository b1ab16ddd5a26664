import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchFirefox } from '../../../packages/sdp/fixtures/clients.ts';
import { leaveAll } from './browser.ts';
import { ExampleClient } from './example-client.ts';
import { FirefoxMeet } from './firefox-meet.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';

/** All of them meet Ann, who is in Chromium; whoever comes next meets those before as well. */
const ROOM = 'foreign';

let browser: Browser;
let ann: Meet;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  browser = await launchBrowser();
  ann = await Meet.join(browser, ROOM, 'Ann');
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await leaveAll(browser);
  await browser.close();
});

/** Waits until a count grows by 10 within two seconds: what a busy machine decodes of a big picture. */
async function expectRate(count: () => Promise<number | undefined> | number | undefined, what: string) {
  const seen: { at: number; count: number }[] = [];
  const best = async () => {
    const at = performance.now();
    seen.push({ at, count: (await count()) ?? 0 });
    const since = seen.findLast((sample) => at - sample.at >= 2000);
    return since === undefined ? 0 : (seen.at(-1)?.count ?? 0) - since.count;
  };
  await expect
    .poll(best, { timeout: 30_000, interval: 200, message: `${what}, frames in 2 s` })
    .toBeGreaterThanOrEqual(10);
}

function expectSeen(viewer: Meet | FirefoxMeet, name: string, who: string): Promise<void> {
  return expectRate(() => viewer.framesOf(name), `${who} sees ${name}`);
}

/** Waits until `listener` receives sound that is none of silence. */
async function expectHeard(listener: Meet | FirefoxMeet, what: string): Promise<void> {
  const before = await listener.heard();
  await expect
    .poll(() => listener.heard(), { timeout: 20_000, message: what })
    .toBeGreaterThan(before + 0.001);
}

it('Firefox and Chromium see, hear and read each other', async () => {
  const firefox = await launchFirefox();
  closing.push(() => firefox.close());
  const fox = await FirefoxMeet.join(firefox, ROOM, 'Fox');
  await expectSeen(ann, 'Fox', 'Chromium');
  await expectSeen(fox, 'Ann', 'Firefox');
  await expectHeard(ann, 'Chromium hears Firefox');
  await expectHeard(fox, 'Firefox hears Chromium');
  await fox.say('from Firefox');
  await ann.say('from Chromium');
  for (const viewer of [ann, fox]) {
    await expect.poll(() => viewer.chat()).toContain('from Firefox');
    await expect.poll(() => viewer.chat()).toContain('from Chromium');
  }
  await ann.press('toggle-screen');
  await expectSeen(fox, 'Ann’s screen', 'Firefox');
  await ann.press('toggle-screen');
  await fox.press('leave');
  await expect.poll(() => ann.names()).toEqual(['Ann (you)']);
});

it.each([
  ['aiortc', 'aiortc/client.py', 'Ada'],
  ['webrtcbin', 'gstreamer/client.py', 'Gus'],
])('%s and Chromium see, hear and read each other', async (stack, script, name) => {
  const client = await ExampleClient.start(name, script, ROOM, { say: `from ${stack}` });
  closing.push(() => client.stop());
  await expectSeen(ann, name, 'Chromium');
  await expectHeard(ann, `Chromium hears ${stack}`);
  await expectRate(() => client.report.decoded['Ann/camera'], `${stack} sees Ann`);
  await expectRate(() => client.report.decoded['Ann/microphone'], `${stack} hears Ann`);
  expect(client.report.loudness['Ann/microphone']).toBeGreaterThan(500);
  await expect.poll(() => ann.chat()).toContain(`from ${stack}`);
  await ann.say(`to ${stack}`);
  await expect.poll(() => client.report.chat).toContain(`Ann: to ${stack}`);
  // Tracks that end stop m-lines, which clients take differently.
  await ann.press('toggle-screen');
  await expectRate(() => client.report.decoded['Ann/screen'], `${stack} sees Ann’s screen`);
  await ann.press('toggle-screen');
  await expect.poll(() => ann.names()).not.toContain('Your screen');
  await ann.press('toggle-screen');
  await expectRate(() => client.report.decoded['Ann/screen'], `${stack} sees Ann’s second screen`);
  await ann.press('toggle-screen');
  expect(client.report.errors).toEqual([]);
  expect(await client.leave(), 'it ends by itself').toBe(0);
  await expect.poll(() => ann.names()).toEqual(['Ann (you)']);
});
