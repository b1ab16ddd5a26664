import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { leaveAll, report } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';
import { Stack } from './stack.ts';

let browser: Browser;
let stack: Stack;
beforeAll(async () => {
  browser = await launchBrowser();
  stack = await Stack.start({
    edgeEnv: {
      PARLEY_WEBRTC_SIMULCAST: 'false',
      PARLEY_WEBRTC_JITTER_BUFFER_TARGET: '200',
      PARLEY_VIDEO_RESOLUTIONS_PREFERRED_WIDTH: '640',
      PARLEY_VIDEO_RESOLUTIONS_PREFERRED_HEIGHT: '480',
      PARLEY_AUDIO_PROCESSING_ECHO_CANCELLATION: 'false',
    },
    nodeEnv: { PARLEY_WEBRTC_NACK: 'false', PARLEY_PERFORMANCE_WORKER_THREADS: '1' },
  });
}, 90_000);
afterAll(async () => {
  await leaveAll(browser);
  await browser.close();
  await stack.stop();
  expect(stack.troubles, 'what servers reported').toEqual([]);
});

/** What a page's connections have agreed on, and how they send and receive. */
interface Agreed {
  answers: string[];
  targets: (number | null)[];
  echoCancellation: (boolean | undefined)[];
}

function agreed(page: Page): Promise<Agreed> {
  return page.evaluate<Agreed>(`(() => {
    const connections = watch.connections.filter(({ connectionState }) => connectionState === 'connected');
    const transceivers = connections.flatMap((connection) => connection.getTransceivers());
    const receiving = transceivers.filter(({ currentDirection }) => currentDirection === 'recvonly');
    const microphones = transceivers.map(({ sender }) => sender.track).filter((track) => track?.kind === 'audio');
    return {
      answers: connections
        .flatMap((one) => [one.currentLocalDescription, one.currentRemoteDescription])
        .filter(({ type }) => type === 'answer')
        .map(({ sdp }) => sdp),
      targets: receiving.map(({ receiver }) => receiver.jitterBufferTarget),
      echoCancellation: microphones.map((track) => track.getSettings().echoCancellation),
    };
  })()`);
}

it('Chromium does what is configured: one layer, its size, processing, buffer, no NACK', async () => {
  const ann = await Meet.join(browser, 'configured', 'Ann', { url: stack.url });
  const bob = await Meet.join(browser, 'configured', 'Bob', { url: stack.url });
  for (const { page } of [ann, bob]) {
    const cameras = async () => {
      const { connections } = await report(page);
      const video = ({ kind }: { kind: string }) => kind === 'video';
      return {
        sent: connections
          .flatMap(({ outbound }) => outbound.filter(video))
          .map(({ rid, width }) => [rid, width]),
        received: connections.flatMap(({ inbound }) => inbound.filter(video)).map(({ width }) => width),
      };
    };
    await expect.poll(cameras, { timeout: 30_000 }).toEqual({ sent: [[undefined, 640]], received: [640] });
    // A microphone that ran before the server was asked is started again.
    await expect
      .poll(() => agreed(page), { timeout: 15_000 })
      .toMatchObject({ targets: [200, 200], echoCancellation: [false] });
    const { answers } = await agreed(page);
    expect(answers).toHaveLength(2);
    for (const answer of answers) {
      expect(answer).toContain('a=rtcp-fb:');
      expect(answer).not.toMatch(/^a=rtcp-fb:\S+ nack\r?$/m);
      expect(answer).not.toMatch(/^a=rtpmap:\d+ rtx/m);
    }
  }
});
