import { setTimeout as sleep } from 'node:timers/promises';
import { RoomStats } from '@parley/protocol/rest';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { leaveAll, messages, openPage, report } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';
import { Receiver } from './receiver.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser(30);
});
afterAll(() => browser.close());
afterEach(() => leaveAll(browser));

/** Width, and frames a second over two seconds, of what a receiver decodes of the camera. */
async function decoded(receiver: Receiver): Promise<{ width: number; framerate: number }> {
  const before = await receiver.track('camera');
  const start = performance.now();
  await sleep(2000);
  const after = await receiver.track('camera');
  const seconds = (performance.now() - start) / 1000;
  return { width: after?.width ?? 0, framerate: ((after?.frames ?? 0) - (before?.frames ?? 0)) / seconds };
}

/** Frames that a receiver decodes of the camera, as a share of those that the publisher's top layer sends meanwhile. */
async function shareOfTopLayer(publisher: Page, receiver: Receiver): Promise<number> {
  const sample = async () => {
    const streams = (await report(publisher)).connections.flatMap((connection) => connection.outbound);
    const sent = streams.find((stream) => stream.rid === 'high')?.frames ?? 0;
    return { sent, got: (await receiver.track('camera'))?.frames ?? 0 };
  };
  const before = await sample();
  await sleep(4000);
  const after = await sample();
  expect(after.sent - before.sent, 'the top layer is sent').toBeGreaterThan(20);
  return (after.got - before.got) / (after.sent - before.sent);
}

async function untilWidth(receiver: Receiver, width: number, timeout: number): Promise<void> {
  await expect.poll(async () => (await receiver.track('camera'))?.width, { timeout }).toBe(width);
}

it('update-quality changes what one subscriber decodes within 3 s, and nobody else', {
  timeout: 150_000,
}, async () => {
  const ann = await Meet.join(browser, 'layers', 'Ann');
  const wants = await Receiver.join(browser, 'layers');
  const other = await Receiver.join(browser, 'layers');
  await untilWidth(wants, 1280, 30_000);
  await untilWidth(other, 1280, 30_000);

  for (const [quality, width] of [
    ['low', 320],
    ['medium', 640],
    ['high', 1280],
    ['low', 320],
    ['auto', 1280],
  ] as const) {
    await wants.send({ type: 'update-quality', roomId: 'layers', quality });
    await untilWidth(wants, width, 3000);
    // Not read once: the other's own estimate may still be finding its level. A wish that reached it would stay.
    await expect
      .poll(async () => (await other.track('camera'))?.width, {
        timeout: 10_000,
        message: `the other’s width while this one has ${quality}`,
      })
      .toBe(1280);
    expect((await wants.track('camera'))?.width, `${quality} still holds then`).toBe(width);
    const { framerate } = await decoded(wants);
    if (quality === 'low') {
      expect(framerate, 'the low layer has 15 frames a second at the most').toBeLessThanOrEqual(17);
      // Its own estimate may make it dip for a while; at the low layer it would stay at half and less.
      await expect
        .poll(() => shareOfTopLayer(ann.page, other), {
          timeout: 30_000,
          message: 'the other decodes what the publisher’s top layer sends meanwhile',
        })
        .toBeGreaterThan(0.8);
      await untilWidth(other, 1280, 10_000);
    }
  }
  const changes = await messages(wants.page, 'in', 'quality-changed');
  expect(changes.map((change) => [change['requested'], change['applied']])).toEqual(
    ['low', 'medium', 'high', 'low', 'auto'].map((quality) => [quality, quality]),
  );

  const stats = RoomStats.parse(await (await fetch(`${inject('url')}/api/rooms/layers/stats`)).json());
  expect(stats).toMatchObject({ participantCount: 3, trackCount: { audio: 1, video: 1 } });
  const video = stats.tracks.find((track) => track.kind === 'video');
  expect(video?.layers.map((layer) => layer.rid).sort(), 'all three layers arrive').toEqual([
    'high',
    'low',
    'medium',
  ]);
  expect(stats.bitrate.received).toBeGreaterThan(100_000);
  expect(stats.bitrate.sent).toBeGreaterThan(100_000);
  expect(stats.subscriptions.filter((subscription) => subscription.spatialLayer === 2)).toHaveLength(2);
});

it('says that it cannot when the publisher sends one layer', async () => {
  const page = await openPage(browser, '/health');
  await page.evaluate(PLAIN_PUBLISHER);
  const receiver = await Receiver.join(browser, 'one-layer');
  await expect
    .poll(async () => (await receiver.track('camera'))?.frames ?? 0, { timeout: 15_000 })
    .toBeGreaterThan(10);
  const width = (await receiver.track('camera'))?.width;
  await receiver.send({ type: 'update-quality', roomId: 'one-layer', quality: 'low' });
  await expect
    .poll(() => messages(receiver.page, 'in', 'quality-changed'))
    .toMatchObject([{ requested: 'low', limitedBy: 'single-layer' }]);
  await sleep(2000);
  expect((await receiver.track('camera'))?.width).toBe(width);
});

/** A publisher with plain addTrack: one encoding. */
const PLAIN_PUBLISHER = `(async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
  const pc = new RTCPeerConnection();
  const ws = new WebSocket('/ws?room=one-layer');
  await new Promise((open) => { ws.onopen = open; });
  ws.onmessage = async ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === 'request-offer') {
      if (pc.getSenders().length === 0) pc.addTrack(stream.getVideoTracks()[0], stream);
      await pc.setLocalDescription(await pc.createOffer());
      ws.send(JSON.stringify({ type: 'offer', sdp: pc.localDescription.sdp }));
    } else if (message.type === 'answer') await pc.setRemoteDescription({ type: 'answer', sdp: message.sdp });
  };
  ws.send(JSON.stringify({ type: 'join', roomId: 'one-layer', participantName: 'Plain' }));
})()`;
