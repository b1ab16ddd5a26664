import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { leaveAll, report } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { SdkParticipant } from './sdk/sdk-participant.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => leaveAll(browser));

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

/** Which layers of the camera a page encodes, from the lowest up. */
const encoded = ({ page }: SdkParticipant) =>
  page.evaluate(() => {
    const { watch } = globalThis as unknown as { watch: { connections: RTCPeerConnection[] } };
    const senders = watch.connections.flatMap((connection) => connection.getSenders());
    const camera = senders.find(({ track }) => track?.kind === 'video');
    return camera?.getParameters().encodings.map(({ active }) => active);
  });

it('what is not seen is not sent, what nobody watches is not encoded, and both are back at once', {
  timeout: 120_000,
}, async () => {
  const ann = await SdkParticipant.join(browser, inject('url'), { room: 'seen', name: 'Ann' });
  await ann.setCamera(true);
  const bob = await SdkParticipant.join(browser, inject('url'), { room: 'seen', name: 'Bob', attach: true });
  const eventually = (what: () => Promise<unknown>, message: string) =>
    expect.poll(what, { timeout: 30_000, interval: 250, message });
  const width = async () =>
    (await report(bob.page)).connections
      .flatMap(({ inbound }) => inbound)
      .find(({ kind }) => kind === 'video')?.width;
  const place = (style: Partial<CSSStyleDeclaration>) =>
    bob.page.getByTitle('Ann camera').evaluate((video, given) => {
      Object.assign(video.style, given);
      return Date.now();
    }, style);
  await eventually(width, 'a large picture').toBe(1280);
  expect(await encoded(ann)).toEqual([true, true, true]);

  await place({ width: '300px', height: '169px' });
  await eventually(width, 'a small one').toBe(320);
  await eventually(() => encoded(ann), 'layers that nobody watches').toEqual([true, false, false]);

  await place({ top: '2000px' });
  let before = -1;
  const stands = async () => {
    const last = before;
    before = await receivedVideo(bob);
    return before - last;
  };
  await eventually(stands, 'bytes of a picture that is scrolled away').toBe(0);
  await eventually(() => encoded(ann), 'nobody watches').toEqual([false, false, false]);
  expect(await stands(), 'bytes meanwhile').toBe(0);
  expect((await bob.state()).receiving, 'the track stays').toEqual(['Ann camera']);

  const at = await place({ top: '0', width: '1280px', height: '720px' });
  const next = async () => (await bob.state()).frames['Ann camera']?.find((frame) => frame > at);
  await eventually(next, 'frames again').toBeGreaterThan(at);
  console.log(`seen again after ${((await next()) ?? 0) - at} ms`);
  await eventually(() => encoded(ann), 'all is watched').toEqual([true, true, true]);
  await eventually(width, 'a large picture again').toBe(1280);
  console.log(`large again after ${Date.now() - at} ms`);
  const events = [...(await ann.state()).events, ...(await bob.state()).events];
  expect(events.filter(({ name }) => name === 'error')).toEqual([]);
});
