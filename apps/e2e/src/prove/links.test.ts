import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stack } from '../stack.ts';
import { LinkScene, stackFor } from './links/link-scene.ts';
import { ShapedNetwork } from './links/shaped-network.ts';

/** What the long form measures is only bounded here, ms: mediasoup may look for more of a link for long. */
const ADAPTED = { timeout: 60_000, interval: 250 };

let network: ShapedNetwork;
let stack: Stack;
let scene: LinkScene;
beforeAll(async () => {
  network = await ShapedNetwork.open();
  stack = await Stack.start(stackFor([network]));
  scene = await LinkScene.open(stack, [network]);
}, 90_000);
afterAll(async () => {
  await scene?.close();
  await stack?.stop();
  await network?.close();
  expect(stack?.troubles, 'what servers reported').toEqual([]);
});

it('the picture goes down with the link and comes back with it, and the sound stays', {
  timeout: 200_000,
}, async () => {
  const [receiver] = scene.receivers;
  if (receiver === undefined) throw new Error('there should be a receiver');
  const latest = async () => (await receiver.latest()) ?? { at: 0, width: 0, frames: 0, audioBytes: 0 };
  await scene.meet('links', new Map([[receiver, 5_000_000]]));
  await expect.poll(async () => (await latest()).width, ADAPTED).toBe(1280);

  await network.shape(300_000);
  await expect.poll(async () => (await latest()).width, ADAPTED).toBeLessThan(1280);
  const small = await latest();
  await expect
    .poll(async () => (await latest()).frames, { ...ADAPTED, message: 'frames come over the thin link' })
    .toBeGreaterThan(small.frames + 20);
  const later = await latest();
  const kbit = ((later.audioBytes - small.audioBytes) * 8) / (later.at - small.at);
  expect(kbit, 'the sound over the thin link, kbit/s').toBeGreaterThan(20);

  await network.shape(5_000_000);
  await expect.poll(async () => (await latest()).width, ADAPTED).toBe(1280);
  await scene.part();
});
