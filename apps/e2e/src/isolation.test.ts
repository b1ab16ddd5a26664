import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { leaveAll } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';
import { RawClient } from './raw-client.ts';
import { Receiver } from './receiver.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await leaveAll(browser);
  await browser.close();
});

it('nothing of one room is reached with another room’s socket', async () => {
  await Meet.join(browser, 'room-a', 'Ann');
  const inside = await Receiver.join(browser, 'room-a');
  await expect
    .poll(async () => (await inside.track('camera'))?.frames ?? 0, { timeout: 15_000 })
    .toBeGreaterThan(0);
  const camera = await inside.track('camera');
  const trackId = camera?.trackId ?? '';
  expect(trackId).not.toBe('');

  const outside = await RawClient.join('room-b', 'Eve', { requestOffers: false });
  const other = await RawClient.join('room-b', 'Bob', { requestOffers: false });

  // With its own room's name: the node knows no such track there.
  outside.send({ type: 'update-quality', roomId: 'room-b', quality: 'high', trackId });
  expect(await outside.next('error')).toMatchObject({
    code: 'track_not_found',
    requestType: 'update-quality',
  });
  outside.send({ type: 'mute', roomId: 'room-b', trackId, muted: true });
  expect(await outside.next('error')).toMatchObject({ code: 'track_not_found', requestType: 'mute' });

  // With the other room's name: the socket leads to its own room only.
  for (const message of [
    { type: 'update-quality', quality: 'low', trackId },
    { type: 'mute', trackId, muted: true },
    { type: 'chat', text: 'let me in' },
    { type: 'offer', sdp: 'v=0' },
    { type: 'answer', offerId: 'o-1', sdp: 'v=0' },
  ]) {
    outside.send({ ...message, roomId: 'room-a' });
    expect(await outside.next('error')).toMatchObject({ code: 'wrong_room', requestType: message.type });
  }
  outside.send({ type: 'join', roomId: 'room-a', participantName: 'Eve' });
  expect(await outside.next('error')).toMatchObject({ code: 'already_joined' });

  await sleep(1000);
  expect(
    outside.left.filter((m) => m['type'] === 'offer'),
    'no media of another room is offered',
  ).toEqual([]);
  expect(
    outside.left.some((m) => JSON.stringify(m).includes(trackId)),
    'nothing tells of its tracks',
  ).toBe(false);
  expect(
    (await fetch(`${inject('url')}/api/rooms/room-b/stats`).then((r) => r.json())) as object,
  ).toMatchObject({
    roomId: 'room-b',
    participantCount: 2,
    tracks: [],
    subscriptions: [],
  });
  const after = await inside.track('camera');
  expect(after?.frames, 'the call in the other room goes on').toBeGreaterThan(camera?.frames ?? 0);
  outside.close();
  other.close();
});
