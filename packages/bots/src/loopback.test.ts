import { readFileSync } from 'node:fs';
import nodeDataChannel, { type Track } from 'node-datachannel';
import { afterEach, expect, it } from 'vitest';
import { until } from './inbox.ts';
import { readIvf } from './media/ivf.ts';
import { preparedVideo } from './media/prepared-media.ts';
import { makePeerConnection, type PeerConnection } from './peer-connection.ts';
import { isRtp, rtpPayload } from './rtp/rtp-packet.ts';
import { readVp8Payload } from './rtp/vp8-payload.ts';
import { SendConnection } from './send-connection.ts';
import { scheduler } from './send-scheduler.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** Another libdatachannel peer that takes what a bot sends. */
class Viewer {
  readonly packets: Buffer[] = [];
  readonly tracks: Track[] = [];
  readonly #connection: PeerConnection;

  constructor(asksKeyFrames = false) {
    this.#connection = makePeerConnection('viewer', '127.0.0.1');
    open.push(this.#connection);
    this.#connection.onTrack((track) => {
      this.tracks.push(track);
      if (asksKeyFrames) track.setMediaHandler(new nodeDataChannel.RtcpReceivingSession());
      track.onMessage((packet) => {
        if (isRtp(packet)) this.packets.push(packet);
      });
    });
  }

  /** The answer, with candidates, as an SFU's has them. */
  async answer(offer: string): Promise<string> {
    this.#connection.setRemoteDescription(offer, 'offer');
    this.#connection.setLocalDescription('answer');
    await until(() => this.#connection.gatheringState() === 'complete', 'the candidates are there');
    return this.#connection.localDescription()?.sdp ?? '';
  }

  /** Whole pictures, by PictureID, in the order in which they were sent; of one SSRC. */
  pictures(ssrc: number): { id: number; data: Buffer }[] {
    const pictures: { id: number; data: Buffer }[] = [];
    let parts: Buffer[] | undefined;
    for (const packet of this.packets) {
      if (packet.readUInt32BE(8) !== ssrc) continue;
      const { startsPartition, pictureId = -1, data } = readVp8Payload(rtpPayload(packet));
      if (startsPartition) parts = [];
      parts?.push(data);
      if ((packet[1] ?? 0) < 0x80 || parts === undefined) continue;
      pictures.push({ id: pictureId, data: Buffer.concat(parts) });
      parts = undefined;
    }
    return pictures;
  }

  get ssrcs(): number[] {
    return [...new Set(this.packets.map((packet) => packet.readUInt32BE(8)))];
  }
}

async function connect(simulcast: boolean, asksKeyFrames = false) {
  const sender = new SendConnection('bot', {
    sources: ['camera'],
    audioRate: 50,
    audioLevel: undefined,
    videoRate: undefined,
    simulcast,
    camera: undefined,
    bindAddress: '127.0.0.1',
  });
  open.push(sender);
  const viewer = new Viewer(asksKeyFrames);
  const offer = await sender.offer();
  sender.answer(await viewer.answer(offer));
  await until(() => viewer.packets.length > 0, 'media comes');
  return { sender, viewer, offer };
}

/** The frames as the encoder wrote them, in the order of the loop from one of them on. */
function prepared(layer: string, first: Buffer, count: number): Buffer[] {
  const { frames } = readIvf(readFileSync(new URL(`../media/${layer}.ivf`, import.meta.url)));
  const start = frames.findIndex((frame) => frame.equals(first));
  expect(start, 'the first picture is one of the prepared').toBeGreaterThanOrEqual(0);
  return Array.from({ length: count }, (_, index) => frames[(start + index) % frames.length] as Buffer);
}

it('pictures arrive byte for byte as they were encoded, from a key frame on and over the loop', async () => {
  const { viewer } = await connect(false);
  const [ssrc = 0] = viewer.ssrcs;
  const wanted = preparedVideo('low').frames.length + 5;
  await until(() => viewer.pictures(ssrc).length >= wanted, 'more than a loop has come');
  const pictures = viewer.pictures(ssrc).slice(0, wanted);
  const [first] = pictures;
  if (first === undefined) throw new Error('there is no picture');
  expect((first.data[0] ?? 1) & 1, 'the first is a key frame').toBe(0);
  for (const [index, frame] of prepared('low', first.data, wanted).entries())
    expect(pictures[index]?.data.equals(frame), `picture ${index}`).toBe(true);
});

it('simulcast is three SSRCs in a SIM group, lowest layer first, each with its own pictures', async () => {
  const { viewer, offer } = await connect(true);
  const group = /a=ssrc-group:SIM (\d+) (\d+) (\d+)/.exec(offer)?.slice(1).map(Number);
  if (group === undefined) throw new Error(`no group in ${offer}`);
  await until(() => group.every((ssrc) => viewer.pictures(ssrc).length >= 10), 'all layers come');
  for (const [index, layer] of ['low', 'medium', 'high'].entries()) {
    const pictures = viewer.pictures(group[index] ?? 0).slice(0, 10);
    const frames = prepared(layer, pictures[0]?.data ?? Buffer.alloc(0), 10);
    for (const [at, frame] of frames.entries())
      expect(pictures[at]?.data.equals(frame), `${layer} ${at}`).toBe(true);
  }
});

it('a request for a key frame brings one at once', async () => {
  const { viewer } = await connect(false, true);
  const [ssrc = 0] = viewer.ssrcs;
  const keys = () => viewer.pictures(ssrc).filter(({ data }) => ((data[0] ?? 1) & 1) === 0);
  await until(() => viewer.pictures(ssrc).length >= 4, 'some pictures have come');
  expect(keys()).toHaveLength(1);
  viewer.tracks[0]?.requestKeyframe();
  await until(() => keys().length >= 2, 'another key frame comes');
  const [first, second] = keys();
  // Without the request it would be the fifteenth.
  expect(((second?.id ?? 0) - (first?.id ?? 0) + 0x8000) % 0x8000).toBeLessThan(15);
});

it('sends the layers that somebody watches, each from a key frame on', async () => {
  const { sender, viewer, offer } = await connect(true);
  const group = /a=ssrc-group:SIM (\d+) (\d+) (\d+)/.exec(offer)?.slice(1).map(Number) ?? [];
  const counts = () => group.map((ssrc) => viewer.pictures(ssrc).length);
  await until(() => counts().every((count) => count > 5), 'all layers come');
  sender.setWatched(1);
  const [, ...off] = sender.sentLayers;
  await until(() => (counts()[0] ?? 0) > 30, 'the lowest goes on');
  expect(sender.sentLayers.slice(1), 'bytes of the others').toEqual(off);
  const before = counts();
  sender.setWatched(2);
  await until(() => (counts()[1] ?? 0) > (before[1] ?? 0), 'the second goes on');
  const again = viewer.pictures(group[1] ?? 0)[before[1] ?? 0];
  expect((again?.data[0] ?? 1) & 1, 'with a key frame').toBe(0);
  expect(sender.sentLayers[2], 'and the highest does not').toEqual(off[1]);
  sender.setWatched(0);
  expect(scheduler.size, 'streams that send').toBe(0);
});
