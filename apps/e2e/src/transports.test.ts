import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { leaveAll, openPage } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Receiver } from './receiver.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(() => leaveAll(browser));

/** Publishes a camera over nothing but the candidates that a pattern lets through, and reports the selected pair. */
const PUBLISHER = `globalThis.publish = async (room, pattern) => {
  const allowed = new RegExp(pattern);
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
  const pc = new RTCPeerConnection();
  stream.getTracks().forEach((track) => pc.addTrack(track, stream));
  const ws = new WebSocket('/ws?room=' + room);
  await new Promise((open) => { ws.onopen = open; });
  const answered = new Promise((resolve) => {
    ws.onmessage = async ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'request-offer') {
        await pc.setLocalDescription(await pc.createOffer());
        ws.send(JSON.stringify({ type: 'offer', sdp: pc.localDescription.sdp }));
      } else if (message.type === 'answer') {
        const lines = message.sdp.split('\\r\\n').filter((line) => !line.startsWith('a=candidate:') || allowed.test(line));
        await pc.setRemoteDescription({ type: 'answer', sdp: lines.join('\\r\\n') });
        resolve(lines.filter((line) => line.startsWith('a=candidate:')).length);
      }
    };
  });
  ws.send(JSON.stringify({ type: 'join', roomId: room, participantName: 'Publisher' }));
  return answered;
};`;

it.each([
  ['UDP over IPv4', ' udp \\d+ 127\\.0\\.0\\.1 '],
  ['UDP over IPv6', ' udp \\d+ ::1 '],
  ['TCP over IPv4', ' tcp \\d+ 127\\.0\\.0\\.1 '],
  ['TCP over IPv6', ' tcp \\d+ ::1 '],
])('media flows by %s alone', async (name, pattern) => {
  const room = name.replaceAll(' ', '-');
  const page = await openPage(browser, '/health');
  await page.addScriptTag({ content: PUBLISHER });
  const candidates = await page.evaluate(`publish(${JSON.stringify(room)}, ${JSON.stringify(pattern)})`);
  expect(candidates, 'the node announces such a candidate').toBe(1);
  const receiver = await Receiver.join(browser, room);
  await expect
    .poll(async () => (await receiver.track('camera'))?.frames ?? 0, {
      timeout: 15_000,
      message: `frames by ${name}`,
    })
    .toBeGreaterThan(20);
});

it('the node’s metrics show the call', async () => {
  const page = await openPage(browser, '/health');
  await page.addScriptTag({ content: PUBLISHER });
  await page.evaluate(`publish('metrics', '127')`);
  const receiver = await Receiver.join(browser, 'metrics');
  await expect
    .poll(async () => (await receiver.track('camera'))?.frames ?? 0, { timeout: 15_000 })
    .toBeGreaterThan(20);
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(inject('metricsUrl'))).text();
    const value = new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.e+-]+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`there is no metric ${name}`);
    return Number(value);
  };
  await expect.poll(() => metric('webrtc_video_tracks_total'), { timeout: 5000 }).toBe(1);
  expect(await metric('webrtc_audio_tracks_total')).toBe(0);
  expect(await metric('webrtc_rooms_total')).toBeGreaterThanOrEqual(1);
  expect(await metric('webrtc_participants_total')).toBe(2);
  expect(await metric('webrtc_packet_loss_rate')).toBeLessThan(0.2);
  expect(await metric('webrtc_jitter_ms')).toBeGreaterThanOrEqual(0);
  const bytes = await metric('webrtc_bandwidth_usage_bytes');
  await expect
    .poll(() => metric('webrtc_bandwidth_usage_bytes'), { timeout: 10_000 })
    .toBeGreaterThan(bytes + 10_000);
});
