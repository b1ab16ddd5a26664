import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { preparedAudio, preparedVideo } from './media/prepared-media.ts';
import { isRtp, rtpPayload } from './rtp/rtp-packet.ts';
import { readVp8Payload } from './rtp/vp8-payload.ts';
import { SentStream } from './sent-stream.ts';

/** An open track that keeps copies, since packets are shared. */
function openTrack() {
  const sent: Buffer[] = [];
  return {
    sent,
    track: {
      isOpen: () => true,
      sendMessageBinary: (packet: Buffer) => {
        sent.push(Buffer.from(packet));
        return true;
      },
    },
    get media() {
      return sent.filter(isRtp);
    },
  };
}

/** The steps from one number to the next, modulo 2^bits. */
const steps = (numbers: number[], bits: number) =>
  numbers.slice(1).map((number, index) => (number - (numbers[index] ?? 0) + 2 ** bits) % 2 ** bits);

it('goes on with sequence numbers, timestamps and PictureIDs over the loop', () => {
  const out = openTrack();
  const loop = preparedVideo('low');
  const stream = new SentStream(loop, { track: out.track, ssrc: 77, payloadType: 96 });
  for (let frame = 0; frame < 2 * loop.frames.length; frame++) stream.send(frame * stream.intervalMs);
  const { media } = out;
  expect(
    new Set(
      steps(
        media.map((packet) => packet.readUInt16BE(2)),
        16,
      ),
    ),
  ).toEqual(new Set([1]));
  expect(new Set(media.map((packet) => packet.readUInt32BE(8)))).toEqual(new Set([77]));
  const lasts = media.filter((packet) => ((packet[1] ?? 0) & 0x80) !== 0);
  expect(lasts).toHaveLength(2 * loop.frames.length);
  expect(
    new Set(
      steps(
        lasts.map((packet) => packet.readUInt32BE(4)),
        32,
      ),
    ),
  ).toEqual(new Set([6000]));
  const pictures = lasts.map((packet) => readVp8Payload(rtpPayload(packet)).pictureId ?? -1);
  expect(new Set(steps(pictures, 15))).toEqual(new Set([1]));
});

it('has its RTP clock go on while it is switched off, and reports where it is soon after', () => {
  const out = openTrack();
  const loop = preparedVideo('low');
  const stream = new SentStream(loop, { track: out.track, ssrc: 77, payloadType: 96 });
  const times = [0, 1, 2, 3].map((frame) => frame * stream.intervalMs);
  for (const at of [...times, 20_000, 20_000 + 2 * stream.intervalMs]) stream.send(at);
  const stamps = out.media
    .filter((packet) => ((packet[1] ?? 0) & 0x80) !== 0)
    .map((packet) => packet.readUInt32BE(4));
  expect(steps(stamps, 32).slice(0, 4)).toEqual([6000, 6000, 6000, 90 * (20_000 - 3 * stream.intervalMs)]);
  expect(isRtp(out.sent.at(-1) ?? Buffer.alloc(12)), 'a report is last').toBe(false);
});

it('tells the temporal layer of each frame, and counts those of the lowest over the loop', () => {
  const out = openTrack();
  const loop = preparedVideo('medium', {
    folder: fileURLToPath(new URL('../media', import.meta.url)),
    temporal: [
      { layer: 0, isSync: false },
      { layer: 1, isSync: true },
    ],
  });
  const stream = new SentStream(loop, { track: out.track, ssrc: 1, payloadType: 96 });
  for (let frame = 0; frame < loop.frames.length + 4; frame++) stream.send(frame * stream.intervalMs);
  const lasts = out.media.filter((packet) => ((packet[1] ?? 0) & 0x80) !== 0);
  const told = lasts.map((packet) => readVp8Payload(rtpPayload(packet)));
  expect(told.map(({ temporal }) => temporal?.layer)).toEqual(told.map((_, index) => index % 2));
  const counts = told.map(({ tl0PicIdx = -1 }) => tl0PicIdx);
  expect(
    new Set(
      steps(
        counts.filter((_, index) => index % 2 === 0),
        8,
      ),
    ),
  ).toEqual(new Set([1]));
  expect(counts.every((count, index) => index % 2 === 0 || count === counts[index - 1])).toBe(true);
});

it('two streams of one loop do not disturb each other', () => {
  const [a, b] = [openTrack(), openTrack()];
  const [first, second] = [a, b].map(
    ({ track }, index) => new SentStream(preparedAudio(), { track, ssrc: index + 1, payloadType: 111 }),
  );
  for (let at = 0; at < 5; at++) {
    first?.send(at * 20);
    second?.send(at * 20);
  }
  expect(a.media.map((packet) => packet.readUInt32BE(8))).toEqual([1, 1, 1, 1, 1]);
  expect(a.media.map(rtpPayload)).toEqual(b.media.map(rtpPayload));
});

it('sends sound at another rate with timestamps that go with the time', () => {
  const out = openTrack();
  const stream = new SentStream(preparedAudio(), { track: out.track, ssrc: 1, payloadType: 111 }, 2);
  expect(stream.intervalMs).toBe(500);
  for (let at = 0; at < 4; at++) stream.send(at * 500);
  expect(
    steps(
      out.media.map((packet) => packet.readUInt32BE(4)),
      32,
    ),
  ).toEqual([24_000, 24_000, 24_000]);
});

it('goes on with a key frame when asked', () => {
  const out = openTrack();
  const stream = new SentStream(preparedVideo('low'), { track: out.track, ssrc: 1, payloadType: 96 });
  for (let at = 0; at < 3; at++) stream.send(at * 66);
  stream.seekKeyFrame();
  out.sent.length = 0;
  stream.send(200);
  const [packet] = out.media;
  if (packet === undefined) throw new Error('nothing was sent');
  expect((readVp8Payload(rtpPayload(packet)).data[0] ?? 1) & 1).toBe(0);
});

it('reports as a sender: soon, then each second for pictures, each five for sound', () => {
  const count = (loop: ReturnType<typeof preparedAudio>) => {
    const out = openTrack();
    const stream = new SentStream(loop, { track: out.track, ssrc: 1, payloadType: 96 });
    for (let now = 0; now < 10_000; now += stream.intervalMs) stream.send(now);
    return out.sent.length - out.media.length;
  };
  expect(count(preparedVideo('low'))).toBe(10);
  expect(count(preparedAudio())).toBe(2);
});

it('sends nothing while the track is not open, and survives one that closes under its hands', () => {
  const closed = { isOpen: () => false, sendMessageBinary: () => true };
  const stream = new SentStream(preparedAudio(), { track: closed, ssrc: 1, payloadType: 111 });
  stream.send(0);
  expect(stream.packets).toBe(0);
  const closing = {
    isOpen: () => true,
    sendMessageBinary: () => {
      throw new Error('Track is closed');
    },
  };
  new SentStream(preparedAudio(), { track: closing, ssrc: 1, payloadType: 111 }).send(0);
});

it('idles at two frames a second, in time of the RTP clock, and comes back to its rate', () => {
  const out = openTrack();
  const stream = new SentStream(preparedAudio(), { track: out.track, ssrc: 77, payloadType: 111 });
  stream.send(0);
  stream.idles = true;
  expect(stream.intervalMs).toBe(500);
  stream.send(20);
  stream.send(520);
  stream.idles = false;
  expect(stream.intervalMs).toBe(20);
  stream.send(1020);
  stream.send(1040);
  const timestamps = out.media.map((packet) => packet.readUInt32BE(4));
  expect(steps(timestamps, 32)).toEqual([960, 24_000, 24_000, 960]);
});
