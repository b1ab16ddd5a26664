import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { leaveAll } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Receiver } from './receiver.ts';
import { SdkParticipant } from './sdk/sdk-participant.ts';
import { Stack } from './stack.ts';

let browser: Browser;
let stack: Stack;
beforeAll(async () => {
  browser = await launchBrowser();
  const codecs = ['VP9', 'AV1', 'H264', 'VP8'].map((name, index) => ({ name, priority: 100 - index }));
  const env = { PARLEY_VIDEO_CODECS: JSON.stringify(codecs) };
  stack = await Stack.start({ edgeEnv: env, nodeEnv: { ...env, PARLEY_PERFORMANCE_WORKER_THREADS: '1' } });
}, 90_000);
afterEach(() => leaveAll(browser));
afterAll(async () => {
  await browser.close();
  await stack.stop();
  expect(stack.troubles, 'what servers reported').toEqual([]);
});

// One stack for all: a browser without the first codec sends the next.
it.each([
  ['VP9', [], { low: 320, medium: 640, auto: 1280 }],
  ['AV1', ['VP9'], { low: 1280, auto: 1280 }],
])('of %s viewers decode the layers that they ask for', async (codec, lacks, widths) => {
  const room = `layers-${codec}`;
  const ann = await SdkParticipant.join(browser, stack.url, { room, name: 'Ann' }, { lacks });
  await ann.setCamera(true);
  const bob = await Receiver.join(browser, room, { url: stack.url });
  const camera = async () => {
    const { width, frames = 0 } = (await bob.track('camera')) ?? {};
    return { width, frames };
  };
  const width = async () => (await camera()).width;
  await expect.poll(width, { timeout: 30_000 }).toBe(1280);
  for (const [quality, expected] of Object.entries(widths)) {
    await bob.send({ type: 'update-quality', roomId: room, quality });
    await expect.poll(width, { timeout: 10_000, message: quality }).toBe(expected);
    const { frames } = await camera();
    const more = async () => (await camera()).frames - frames;
    await expect.poll(more, { timeout: 10_000, message: `frames of ${quality}` }).toBeGreaterThan(20);
    expect(await width(), `${quality} stays`).toBe(expected);
  }
});
