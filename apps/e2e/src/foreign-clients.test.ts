import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { launchFirefox } from '../../../packages/sdp/fixtures/clients.ts';
import { leaveAll } from './browser.ts';
import { ExampleClient } from './example-client.ts';
import { FirefoxMeet } from './firefox-meet.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';

let browser: Browser;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  browser = await launchBrowser();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await leaveAll(browser);
});
afterAll(() => browser.close());

/** What a busy machine decodes of a camera and of a screen in two seconds. */
const CAMERA = 10;
const SCREEN = 3;

/** Waits until a count grows by so much within two seconds. */
async function expectRate(
  count: () => Promise<number | undefined> | number | undefined,
  what: string,
  atLeast = CAMERA,
) {
  const seen: { at: number; count: number }[] = [];
  const best = async () => {
    const at = performance.now();
    seen.push({ at, count: (await count()) ?? 0 });
    const since = seen.findLast((sample) => at - sample.at >= 2000);
    return since === undefined ? 0 : (seen.at(-1)?.count ?? 0) - since.count;
  };
  await expect
    .poll(best, { timeout: 30_000, interval: 200, message: `${what}, frames in 2 s` })
    .toBeGreaterThanOrEqual(atLeast);
}

function expectSeen(viewer: Meet | FirefoxMeet, name: string, who: string, atLeast = CAMERA): Promise<void> {
  return expectRate(() => viewer.framesOf(name), `${who} sees ${name}`, atLeast);
}

/** Waits until `listener` receives sound that is none of silence. */
async function expectHeard(listener: Meet | FirefoxMeet, what: string): Promise<void> {
  const before = await listener.heard();
  await expect
    .poll(() => listener.heard(), { timeout: 20_000, message: what })
    .toBeGreaterThan(before + 0.001);
}

it('Firefox and Chromium see, hear and read each other', async () => {
  const ann = await Meet.join(browser, 'firefox', 'Ann');
  const firefox = await launchFirefox();
  closing.push(() => firefox.close());
  const fox = await FirefoxMeet.join(firefox, 'firefox', 'Fox');
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
  await expectSeen(fox, 'Ann’s screen', 'Firefox', SCREEN);
  await ann.press('toggle-screen');
  await fox.press('leave');
  await expect.poll(() => ann.names()).toEqual(['Ann (you)']);
}, 120_000);

it.each([
  ['aiortc', 'aiortc/client.py', 'Ada'],
  ['webrtcbin', 'gstreamer/client.py', 'Gus'],
])(
  '%s and Chromium see, hear and read each other',
  async (stack, script, name) => {
    const ann = await Meet.join(browser, stack, 'Ann');
    const client = await ExampleClient.start(name, script, stack, { say: `from ${stack}` });
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
    await expectRate(() => client.report.decoded['Ann/screen'], `${stack} sees Ann’s screen`, SCREEN);
    await ann.press('toggle-screen');
    await expect.poll(() => ann.names()).not.toContain('Your screen');
    await ann.press('toggle-screen');
    await expectRate(() => client.report.decoded['Ann/screen'], `${stack} sees Ann’s second screen`, SCREEN);
    await ann.press('toggle-screen');
    expect(client.report.errors).toEqual([]);
    expect(await client.leave(), `it ends by itself:\n${client.output}`).toBe(0);
    await expect.poll(() => ann.names()).toEqual(['Ann (you)']);
  },
  120_000,
);
