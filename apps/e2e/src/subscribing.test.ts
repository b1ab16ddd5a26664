import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { leaveAll, report } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { SdkParticipant } from './sdk/sdk-participant.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await leaveAll(browser);
  await browser.close();
});

const room = 'subscribing';
const receivedVideo = async ({ page }: SdkParticipant) =>
  (await report(page)).connections
    .flatMap(({ inbound }) => inbound)
    .filter(({ kind }) => kind === 'video')
    .reduce((sum, { bytes }) => sum + bytes, 0);
const frames = async (one: SdkParticipant) => (await one.state()).frames['Ann camera']?.length ?? 0;

it('on demand nothing comes unasked; what is asked for is decoded, what is no longer wanted is not sent', async () => {
  const ann = await SdkParticipant.join(browser, inject('url'), { room, name: 'Ann' });
  await ann.setCamera(true);
  await ann.setMicrophone(true);
  const bob = await SdkParticipant.join(browser, inject('url'), { room, name: 'Bob', autoSubscribe: false });
  expect((await bob.state()).published).toEqual(['Ann camera', 'Ann microphone']);

  await bob.choose(true, 'Ann', 'camera');
  await expect.poll(() => frames(bob), { timeout: 20_000, message: 'frames' }).toBeGreaterThan(20);
  expect((await bob.state()).receiving, 'and nothing that was not asked for').toEqual(['Ann camera']);

  // Another reference than time: the microphone goes on meanwhile.
  await bob.choose(true, 'Ann', 'microphone');
  await bob.choose(false, 'Ann', 'camera');
  await expect
    .poll(async () => (await bob.state()).receiving, { timeout: 10_000 })
    .toEqual(['Ann microphone']);
  const [bytes, shown] = [await receivedVideo(bob), await frames(bob)];
  const heard = async () =>
    (await report(bob.page)).connections
      .flatMap(({ inbound }) => inbound)
      .reduce((sum, { kind, packets }) => sum + (kind === 'audio' ? packets : 0), 0);
  const before = await heard();
  await expect
    .poll(heard, { timeout: 10_000, message: 'packets of the microphone' })
    .toBeGreaterThan(before + 50);
  expect(await receivedVideo(bob), 'bytes of video').toBeLessThanOrEqual(bytes);
  expect((await frames(bob)) - shown, 'frames that were on their way at the most').toBeLessThan(10);

  await bob.choose(true, 'Ann', 'camera');
  await expect
    .poll(() => frames(bob), { timeout: 20_000, message: 'frames again' })
    .toBeGreaterThan(shown + 20);
  expect((await ann.state()).events.filter(({ name }) => name === 'error')).toEqual([]);
});
