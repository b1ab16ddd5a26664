import wrtc from '@roamhq/wrtc';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { leaveAll } from './browser.ts';
import { launchBrowser } from './launch-browser.ts';
import { Meet } from './meet.ts';
import { RawClient } from './raw-client.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await leaveAll(browser);
  await browser.close();
});

const WIDTH = 320;
const HEIGHT = 240;

/** Pictures that change, 20 a second; stops when called. */
function drawPictures(source: {
  onFrame(frame: { width: number; height: number; data: Uint8Array }): void;
}): () => void {
  const data = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
  let n = 0;
  const timer = setInterval(() => {
    data.fill((n++ * 5) % 256, 0, WIDTH * HEIGHT);
    source.onFrame({ width: WIDTH, height: HEIGHT, data });
  }, 50);
  return () => clearInterval(timer);
}

it('a libwebrtc peer outside any browser and Chromium see each other', async () => {
  const ann = await Meet.join(browser, 'native', 'Ann');
  const peer = await RawClient.join('native', 'Native');
  const { RTCPeerConnection, RTCSessionDescription, nonstandard } = wrtc;
  const source = new nonstandard.RTCVideoSource();
  const stop = drawPictures(source);
  const publishing = new RTCPeerConnection();
  const receiving = new RTCPeerConnection();
  const stream = new wrtc.MediaStream();
  publishing.addTrack(source.createTrack(), stream);

  let frames = 0;
  receiving.ontrack = ({ track }) => {
    if (track.kind !== 'video') return;
    const sink = new nonstandard.RTCVideoSink(track);
    sink.onframe = () => {
      frames += 1;
    };
  };
  let turn = Promise.resolve();
  const failures: unknown[] = [];
  const react = async (message: Record<string, unknown>): Promise<void> => {
    switch (message['type']) {
      case 'request-offer': {
        const offer = await publishing.createOffer();
        await publishing.setLocalDescription(offer);
        peer.send({ type: 'offer', roomId: 'native', sdp: offer.sdp });
        return;
      }
      case 'answer':
        return publishing.setRemoteDescription(
          new RTCSessionDescription({ type: 'answer', sdp: String(message['sdp']) }),
        );
      case 'offer': {
        await receiving.setRemoteDescription(
          new RTCSessionDescription({ type: 'offer', sdp: String(message['sdp']) }),
        );
        const answer = await receiving.createAnswer();
        await receiving.setLocalDescription(answer);
        peer.send({ type: 'answer', roomId: 'native', offerId: message['offerId'], sdp: answer.sdp });
        return;
      }
    }
  };
  peer.onMessage = (message) => {
    turn = turn.then(() => react(message)).catch((error: unknown) => void failures.push(error));
  };
  for (const message of peer.left) peer.onMessage(message);

  try {
    await turn;
    expect(failures).toEqual([]);
    await expect
      .poll(() => frames, { timeout: 20_000, message: 'the native peer decodes Chromium' })
      .toBeGreaterThan(40);
    await expect
      .poll(async () => (await ann.tile('Native'))?.frames ?? 0, {
        timeout: 20_000,
        message: 'Chromium decodes the native peer',
      })
      .toBeGreaterThan(40);
    expect(await ann.tile('Native')).toMatchObject({ width: WIDTH, height: HEIGHT });
    expect(peer.left.filter((message) => message['type'] === 'error')).toEqual([]);
  } finally {
    stop();
    peer.send({ type: 'leave' });
    await peer.closed();
    publishing.close();
    receiving.close();
  }
});
