import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { launchFirefox } from '../../../packages/sdp/fixtures/clients.ts';
import { leaveAll, report } from './browser.ts';
import { FirefoxMeet } from './firefox-meet.ts';
import { launchBrowser } from './launch-browser.ts';
import { Receiver } from './receiver.ts';
import type { SdkPageApi } from './sdk/sdk-page.ts';
import { SdkParticipant } from './sdk/sdk-participant.ts';
import { Stack } from './stack.ts';

// What runs in the pages sees this; the tests' own global has no such thing.
declare const sdk: SdkPageApi;

let browser: Browser;
let stack: Stack;
beforeAll(async () => {
  browser = await launchBrowser();
  const codecs = ['VP9', 'AV1', 'H264', 'VP8'].map((name, index) => ({ name, priority: 100 - index }));
  const env = { PARLEY_VIDEO_CODECS: JSON.stringify(codecs), PARLEY_AUDIO_OPUS_STEREO: 'true' };
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
  const sent = async () => {
    const { connections } = await report(ann.page);
    const [video] = connections.flatMap(({ outbound }) => outbound).filter(({ kind }) => kind === 'video');
    return video?.width;
  };
  await bob.send({ type: 'update-quality', roomId: room, quality: 'low' });
  await expect.poll(sent, { timeout: 20_000, message: 'encoded while low is enough' }).toBe(widths.low);
  await bob.send({ type: 'update-quality', roomId: room, quality: 'auto' });
  await expect.poll(width, { timeout: 15_000, message: 'all is encoded again' }).toBe(1280);
});

it('who cannot decode a camera gets it in another codec, for as long as somebody needs that', async () => {
  const room = 'fallback';
  const ann = await SdkParticipant.join(browser, stack.url, { room, name: 'Ann' });
  await ann.setCamera(true);
  const zoe = await Receiver.join(browser, room, { url: stack.url, name: 'Zoe' });
  const lacks = ['VP9', 'AV1', 'H264'];
  const bob = await SdkParticipant.join(browser, stack.url, { room, name: 'Bob' }, { lacks });
  const sent = async () =>
    (await report(ann.page)).connections
      .flatMap(({ outbound }) => outbound)
      .filter(({ kind, frames = 0 }) => kind === 'video' && frames > 0)
      .map(({ width = 0 }) => width)
      .toSorted((a, b) => a - b);
  const seen = async () => {
    const { connections } = await report(bob.page);
    return connections.flatMap(({ inbound }) => inbound).findLast(({ kind }) => kind === 'video');
  };
  const flows = async (what: string) => {
    const { frames = 0 } = (await seen()) ?? {};
    const more = async () => ((await seen())?.frames ?? 0) - frames;
    await expect.poll(more, { timeout: 15_000, message: what }).toBeGreaterThan(20);
  };
  await expect.poll(async () => (await seen())?.width, { timeout: 20_000 }).toBe(640);
  await flows('the fallback');
  expect((await bob.state()).published, 'it is no track of its own').toEqual(['Ann camera']);
  expect((await bob.state()).receiving).toEqual(['Ann camera']);
  await expect.poll(async () => (await zoe.track('camera'))?.width, { timeout: 20_000 }).toBe(1280);
  await expect.poll(sent, { timeout: 20_000 }).toEqual([640, 1280]);
  await ann.setCamera(false);
  await ann.setCamera(true);
  await flows('the camera is on again');
  await bob.leave();
  await expect.poll(sent, { timeout: 20_000, message: 'nobody needs it any more' }).toEqual([1280]);
});

it('Firefox, which has no H264, sees a camera that is sent so', { timeout: 90_000 }, async () => {
  const room = 'firefox';
  const how = { lacks: ['VP9', 'AV1'] };
  const ann = await SdkParticipant.join(browser, stack.url, { room, name: 'Ann' }, how);
  await ann.setCamera(true);
  const firefox = await launchFirefox();
  try {
    const fox = await FirefoxMeet.join(firefox, room, 'Fox', stack.url);
    await expect.poll(() => fox.framesOf('Ann'), { timeout: 40_000 }).toBeGreaterThan(20);
    const sent = (await report(ann.page)).connections.flatMap(({ outbound }) => outbound);
    expect(new Set(sent.map(({ codec }) => codec))).toEqual(new Set(['video/H264', 'video/VP8']));
  } finally {
    await firefox.close();
  }
});

/** How loud what arrives of a sound is, left and right. */
function channels(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const [remote] = [...sdk.call().remoteTracks.values()].filter(({ kind }) => kind === 'audio');
    if (remote === undefined) return [];
    const element = Object.assign(new Audio(), { srcObject: new MediaStream([remote.track]), muted: true });
    await element.play();
    const context = new AudioContext();
    const splitter = context.createChannelSplitter(2);
    context.createMediaStreamSource(element.srcObject).connect(splitter);
    const ears = [0, 1].map((channel) => {
      const analyser = context.createAnalyser();
      splitter.connect(analyser, channel);
      return analyser;
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const levels = ears.map((analyser) => {
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      return Math.max(...samples.map(Math.abs));
    });
    await context.close();
    return levels;
  });
}

it('sound is heard in two channels', async () => {
  const room = 'stereo';
  const ann = await SdkParticipant.join(browser, stack.url, { room, name: 'Ann' });
  const bob = await SdkParticipant.join(browser, stack.url, { room, name: 'Bob' });
  await ann.page.evaluate(async () => {
    const context = new AudioContext();
    const merger = context.createChannelMerger(2);
    const left = context.createOscillator();
    const out = new MediaStreamAudioDestinationNode(context, { channelCount: 2 });
    left.connect(merger, 0, 0);
    merger.connect(out);
    left.start();
    const [track] = out.stream.getAudioTracks();
    if (track) await sdk.call().publish('microphone', track);
  });
  const heard = async () => {
    const [left = 0, right = 0] = await channels(bob.page);
    return { left: left > 0.1, right: right > 0.01 };
  };
  await expect.poll(heard, { timeout: 20_000 }).toEqual({ left: true, right: false });
});
