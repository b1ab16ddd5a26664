import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { leaveAll, messages, report } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import type { SdkPageApi } from './sdk/sdk-page.ts';
import { SdkParticipant } from './sdk/sdk-participant.ts';

// What runs in the pages sees this; the tests' own global has no such thing.
declare const sdk: SdkPageApi;

let browser: Browser;
let ann: Page;
let bob: Page;

beforeAll(async () => {
  browser = await launchBrowser(20, undefined, ['--use-fake-device-for-media-stream=device-count=3,fps=20']);
  const room = 'sdk-media';
  ({ page: ann } = await SdkParticipant.join(browser, inject('url'), { room, name: 'Ann' }));
  ({ page: bob } = await SdkParticipant.join(browser, inject('url'), { room, name: 'Bob' }));
}, 90_000);
afterAll(async () => {
  await leaveAll(browser);
  await browser.close();
});

const offers = async (page: Page) =>
  [...(await messages(page, 'out', 'offer')), ...(await messages(page, 'out', 'start-screen-share'))].length;

/** What arrives of a source: the size, and the colour in a corner. */
function picture(page: Page, source: string): Promise<{ width: number; colour: string }> {
  return page.evaluate(async (source) => {
    const remote = [...sdk.call().remoteTracks.values()].find((track) => track.source === source);
    if (remote === undefined) return { width: 0, colour: 'none' };
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = new MediaStream([remote.track]);
    await video.play();
    const { videoWidth: width, videoHeight: height } = video;
    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    canvas?.drawImage(video, width - 20, height - 20, 20, 20, 0, 0, 1, 1);
    const [red = 0, green = 0] = canvas?.getImageData(0, 0, 1, 1).data ?? [];
    video.srcObject = null;
    return { width, colour: red > 2 * green ? 'red' : green > 2 * red ? 'green' : 'yellow' };
  }, source);
}

const turnTo = (page: Page, camera: number) =>
  page.evaluate(async (camera) => {
    const { cameras } = await sdk.listDevices();
    await sdk.call().switchDevice('camera', cameras[camera]?.deviceId ?? 'none');
  }, camera);

it('another camera is switched to without a negotiation, and its picture is decoded', async () => {
  // Chosen while it is off. The second of these cameras has a format that Chromium does not encode.
  await turnTo(ann, 2);
  await ann.evaluate(() => sdk.call().setCameraEnabled(true));
  await expect.poll(() => picture(bob, 'camera'), { timeout: 30_000 }).toMatchObject({ colour: 'yellow' });
  const before = await offers(ann);
  await turnTo(ann, 0);
  await expect.poll(() => picture(bob, 'camera'), { timeout: 30_000 }).toMatchObject({ colour: 'green' });
  expect(await offers(ann)).toBe(before);
});

it('who makes a sound is told as the speaker, there and here, until muted', async () => {
  for (const page of [ann, bob]) {
    await page.evaluate(() => {
      sdk.call().on('active-speakers', () => undefined);
    });
  }
  await ann.evaluate(async () => {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: 300 });
    const out = new MediaStreamAudioDestinationNode(context);
    tone.connect(new GainNode(context, { gain: 0.3 })).connect(out);
    tone.start();
    const [track] = out.stream.getAudioTracks();
    if (track) await sdk.call().publish('microphone', track);
  });
  const speakers = (page: Page) =>
    page.evaluate(() =>
      sdk.call().activeSpeakers.map(({ participantId, level }) => ({
        name: sdk.call().participants.get(participantId)?.name,
        loud: level > 0.5 && level < 1,
      })),
    );
  for (const page of [bob, ann]) {
    await expect.poll(() => speakers(page), { timeout: 30_000 }).toEqual([{ name: 'Ann', loud: true }]);
  }
  expect(await bob.evaluate(() => sdk.call().dominantSpeaker)).toBe(
    await ann.evaluate(() => sdk.call().participantId),
  );
  await ann.evaluate(() => sdk.call().setMicrophoneEnabled(false));
  for (const page of [bob, ann]) await expect.poll(() => speakers(page), { timeout: 15_000 }).toEqual([]);
});

it('a muted microphone sends next to nothing: Opus DTX is on, as configured', async () => {
  const packets = async () => {
    const { connections } = await report(ann);
    return connections.flatMap(({ outbound }) => outbound).find(({ kind }) => kind === 'audio')?.packets ?? 0;
  };
  let last = await packets();
  const perSecond = async () => {
    const before = last;
    last = await packets();
    return last - before;
  };
  // Without DTX it is 50, with it about 5: looks that come late only see more.
  await expect.poll(perSecond, { interval: 1000, timeout: 20_000 }).toBeLessThan(15);
});

it('a screen of the application’s making is published in full size, and decoded', async () => {
  await ann.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 900 });
    const context = canvas.getContext('2d');
    let frames = 0;
    setInterval(() => {
      if (!context) return;
      context.fillStyle = '#ff0000';
      context.fillRect(0, 0, 1600, 900);
      context.fillStyle = '#fff';
      context.fillText(String(++frames), 10, 50);
    }, 50);
    const [track] = canvas.captureStream().getVideoTracks();
    if (track) await sdk.call().publish('screen', track);
  });
  await expect
    .poll(() => picture(bob, 'screen'), { timeout: 30_000 })
    .toEqual({ width: 1600, colour: 'red' });
  await ann.evaluate(() => sdk.call().stopScreenShare());
  await expect.poll(() => picture(bob, 'screen')).toEqual({ width: 0, colour: 'none' });
});

it('what is measured is what is sent and received, and the connection is good', async () => {
  for (const page of [ann, bob]) {
    await page.evaluate(() => {
      sdk.call().on('stats', () => undefined);
      sdk.call().on('connection-quality', () => undefined);
    });
  }
  const sent = () =>
    ann.evaluate(() => {
      const { sent = [], sending } = sdk.call().stats.at(-1) ?? {};
      const { protocol, localCandidate } = sending ?? {};
      const layers = sent.filter(({ source }) => source === 'camera');
      return {
        way: [protocol, localCandidate],
        layers: layers.map(({ rid, codec, width }) => [rid, codec, width]),
        // The table allows 3.15 Mbit/s; this picture needs less.
        isPlausible: layers.every(
          ({ bitrate, framesPerSecond }) =>
            bitrate > 10_000 && bitrate < 3_500_000 && framesPerSecond > 1 && framesPerSecond <= 31,
        ),
      };
    });
  await expect.poll(sent, { timeout: 30_000 }).toEqual({
    way: ['udp', 'host'],
    layers: [
      ['low', 'VP8', 320],
      ['medium', 'VP8', 640],
      ['high', 'VP8', 1280],
    ],
    isPlausible: true,
  });
  const received = () =>
    bob.evaluate(() => {
      const { stats, remoteTracks, participants, connectionQuality } = sdk.call();
      const camera = [...remoteTracks.values()].find(({ source }) => source === 'camera');
      const looks = stats.flatMap(({ received }) => received.get(camera?.trackId ?? '') ?? []);
      const { codec, width = 0, bitrate = 0, loss, jitterBufferDelay = 0 } = looks.at(-1) ?? {};
      return {
        codec,
        loss,
        isSmooth: width >= 320 && bitrate > 10_000 && jitterBufferDelay > 0,
        hasHistory: looks.length > 2,
        quality: [...connectionQuality].map(([id, quality]) => [participants.get(id)?.name, quality]),
      };
    });
  await expect.poll(received, { timeout: 30_000 }).toEqual({
    codec: 'VP8',
    loss: 0,
    isSmooth: true,
    hasHistory: true,
    quality: [
      ['Bob', 'good'],
      ['Ann', 'good'],
    ],
  });
});
