import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { leaveAll, messages, report } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Receiver } from './receiver.ts';
import { SEED_CLIENT, startSeedClient } from './seed-client.ts';

const SPECIFICATION = new URL('../../../../shared/seed/RTC-001.md', import.meta.url);

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => leaveAll(browser));

/** Frames the publisher sent, of its one video stream or of the one on `mid`. */
async function sentFrames(page: Page, mid?: string): Promise<number> {
  const streams = (await report(page)).connections.flatMap((c) => c.outbound);
  return streams.find((s) => s.kind === 'video' && (mid === undefined || s.mid === mid))?.frames ?? 0;
}

/** Asserts that a receiver decodes at least 90% of the frames that a publisher sends over some seconds. */
async function expectFullRate(
  publisher: Page,
  receiver: Receiver,
  source: string,
  mid?: string,
): Promise<void> {
  await expect
    .poll(async () => (await receiver.track(source))?.frames ?? 0, { timeout: 15_000 })
    .toBeGreaterThan(10);
  const [sent, got] = [await sentFrames(publisher, mid), (await receiver.track(source))?.frames ?? 0];
  await sleep(5000);
  const sentNow = (await sentFrames(publisher, mid)) - sent;
  const gotNow = ((await receiver.track(source))?.frames ?? 0) - got;
  expect(sentNow, 'the publisher sends').toBeGreaterThan(20);
  expect(
    gotNow / sentNow,
    `${gotNow} of ${sentNow} frames of the ${source} were decoded`,
  ).toBeGreaterThanOrEqual(0.9);
}

describe('the sample client of the specification', () => {
  it.runIf(existsSync(SPECIFICATION))('is the one in the specification', () => {
    expect(readFileSync(SPECIFICATION, 'utf8')).toContain(SEED_CLIENT);
  });

  it.each([0, 1, 5])(
    'with a camera that answers after %i s is asked until it publishes, and is seen and heard',
    async (delay) => {
      const receiver = await Receiver.join(browser, 'room-123');
      const publisher = await startSeedClient(browser, { cameraDelay: delay });
      await expect
        .poll(async () => (await receiver.track('camera'))?.frames ?? 0, { timeout: 20_000 + delay * 1000 })
        .toBeGreaterThan(0);

      const requests = await messages(publisher, 'in', 'request-offer');
      const offers = await messages(publisher, 'out', 'offer');
      const answers = await messages(publisher, 'in', 'answer');
      expect(await messages(publisher, 'in', 'joined')).toHaveLength(1);
      expect(await messages(publisher, 'in', 'error')).toEqual([]);
      expect(answers.length, 'every offer is answered').toBe(offers.length);
      expect(requests.length, 'every offer was asked for').toBe(offers.length);
      const empty = offers.filter((offer) => !String(offer['sdp']).includes('m='));
      if (delay > 0) expect(empty.length, 'its first offers are empty').toBeGreaterThan(0);
      expect(offers.length, 'it is asked again after each empty offer, and no more after the full one').toBe(
        empty.length + 1,
      );

      await expectFullRate(publisher, receiver, 'camera');
      const audio = await receiver.track('microphone');
      expect(audio?.audioEnergy, 'the microphone’s beeps are heard').toBeGreaterThan(0.001);
    },
  );

  it('shares its screen on the same PeerConnection', async () => {
    const receiver = await Receiver.join(browser, 'room-123');
    const publisher = await startSeedClient(browser);
    await expect
      .poll(async () => (await receiver.track('camera'))?.frames ?? 0, { timeout: 20_000 })
      .toBeGreaterThan(0);
    await publisher.evaluate(SHARE_ON_SAME_CONNECTION);
    await expect
      .poll(async () => (await messages(publisher, 'in', 'answer')).at(-1))
      .toMatchObject({ requestType: 'start-screen-share' });
    await expectFullRate(publisher, receiver, 'screen', '2');
    await expectFullRate(publisher, receiver, 'camera', '1');

    await publisher.evaluate(
      `watch.sockets[0].send(JSON.stringify({ type: 'stop-screen-share', roomId: 'room-123' }))`,
    );
    await expect.poll(async () => receiver.track('screen')).toBeUndefined();
    await expectFullRate(publisher, receiver, 'camera', '1');
  });

  it('shares its screen on a new PeerConnection', async () => {
    const receiver = await Receiver.join(browser, 'room-123');
    const publisher = await startSeedClient(browser);
    await expect
      .poll(async () => (await receiver.track('camera'))?.frames ?? 0, { timeout: 20_000 })
      .toBeGreaterThan(0);
    await publisher.evaluate(SHARE_ON_NEW_CONNECTION);
    await expect
      .poll(async () => (await receiver.track('screen'))?.frames ?? 0, { timeout: 15_000 })
      .toBeGreaterThan(20);
    const states = (await report(publisher)).connections.map((c) => c.state);
    expect(states, 'both PeerConnections are up').toEqual(['connected', 'connected']);
    const before = await receiver.tracks();
    await sleep(2000);
    const after = await receiver.tracks();
    for (const source of ['camera', 'screen']) {
      const frames = (tracks: typeof before) => tracks.find((track) => track.source === source)?.frames ?? 0;
      expect(frames(after) - frames(before), `frames of the ${source} in 2 s`).toBeGreaterThan(15);
    }
  });
});

/** A moving picture to share, since a headless browser has no screen. */
const SCREEN = `
  const canvas = document.createElement('canvas');
  canvas.width = 1280; canvas.height = 720;
  const context = canvas.getContext('2d');
  let n = 0;
  setInterval(() => { context.fillStyle = 'hsl(' + (n++ % 360) + ' 80% 50%)'; context.fillRect(0, 0, 1280, 720); context.fillStyle = '#fff'; context.fillText(n, n % 1280, 360); }, 66);
  const [screen] = canvas.captureStream(15).getVideoTracks();`;

const SHARE_ON_SAME_CONNECTION = `(async () => {${SCREEN}
  const [pc] = watch.connections;
  pc.addTrack(screen, new MediaStream([screen]));
  await pc.setLocalDescription(await pc.createOffer());
  watch.sockets[0].send(JSON.stringify({ type: 'start-screen-share', roomId: 'room-123', sdp: pc.localDescription.sdp }));
})()`;

const SHARE_ON_NEW_CONNECTION = `(async () => {${SCREEN}
  const pc = new RTCPeerConnection();
  pc.addTrack(screen, new MediaStream([screen]));
  await pc.setLocalDescription(await pc.createOffer());
  watch.sockets[0].onmessage = async ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === 'answer') await pc.setRemoteDescription({ type: 'answer', sdp: message.sdp });
  };
  watch.sockets[0].send(JSON.stringify({ type: 'start-screen-share', roomId: 'room-123', sdp: pc.localDescription.sdp }));
})()`;
