import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CaptureEvent } from '@parley/protocol/recording/capture';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RecordingCapture } from './recording-capture.ts';
import { decode } from './testing/ffmpeg.ts';
import { Recorded } from './testing/recorded.ts';
import { trackInfo } from './testing/track-feed.ts';

const FIRST = 40_000;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'parley-capture-'));
});
afterEach(() => rm(folder, { recursive: true }));

function open(recorded: Recorded, ports = { first: FIRST, last: FIRST + 99 }) {
  return RecordingCapture.open({ folder, epoch: 3, ip: '127.0.0.1', ports, srtp: false, sink: recorded });
}

/** A node's socket. */
async function node(capture: RecordingCapture) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const transport: CaptureEvent = { type: 'transport', transportId: 'X', ip: '127.0.0.1', port };
  const received: Buffer[] = [];
  socket.on('message', (data) => received.push(data));
  let sent = 0;
  /** Fulfilled when the capture has it: the kernel keeps the order. */
  const send = async (data: Uint8Array) => {
    sent += 1;
    await new Promise((done) => socket.send(data, capture.target.port, '127.0.0.1', done));
  };
  const arrived = () => expect.poll(() => capture.stats().packets).toBeGreaterThanOrEqual(sent);
  return { socket, transport, received, send, arrived, [Symbol.dispose]: () => void socket.close() };
}

function rtp(
  sequence: number,
  { ssrc = 1, payloadType = 100, payload = Buffer.from('fc112233', 'hex') } = {},
): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = payloadType;
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(((sequence + 1) & 0xffff) * 960, 4);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, payload]);
}

test('takes only what named transports and tracks send, and keeps for them what came before their names', async () => {
  const recorded = new Recorded();
  const capture = await open(recorded);
  using ours = await node(capture);
  using strange = await node(capture);
  for (let i = 0; i < 5; i++) {
    await ours.send(rtp(i));
    await strange.send(rtp(i + 5));
  }
  await ours.send(rtp(7, { ssrc: 2 }));
  await ours.send(rtp(8, { payloadType: 99 }));
  await expect.poll(() => capture.stats().packets).toBe(12);
  capture.handle('N', ours.transport);
  capture.handle('N', trackInfo('audio'));
  for (let i = 5; i < 10; i++) await ours.send(rtp(i));
  await expect.poll(() => capture.stats().packets).toBe(17);
  expect(capture.stats()).toMatchObject({ tracks: 1, refused: 1 });
  await capture.close();
  expect(recorded.of('T')).toMatchObject([
    { index: 0, epoch: 3, frames: 10, lost: 0, file: '3/T/000000.webm' },
  ]);
  expect(recorded.tracks.get('T')).toMatchObject({ participantId: 'P', mimeType: 'audio/opus', epoch: 3 });
  const [segment] = recorded.segments;
  expect(await decode(path.join(folder, segment?.file ?? ''))).toMatchObject({ codec: 'opus', frames: 10 });
});

test('whatever comes on its port, it goes on', async () => {
  const recorded = new Recorded();
  const capture = await open(recorded);
  using ours = await node(capture);
  capture.handle('N', ours.transport);
  capture.handle('N', trackInfo('audio'));
  capture.handle('N', { ...trackInfo('video', 2), trackId: 'V' });
  const bytes = fc.uint8Array({ maxLength: 200 });
  const packet = fc
    .tuple(fc.nat({ max: 65_535 }), fc.integer({ min: 1, max: 3 }), bytes)
    .map(([sequence, ssrc, body]) => rtp(sequence, { ssrc, payload: Buffer.from(body) }));
  // Extensions, padding and CSRCs that are not there.
  const broken = fc.tuple(packet, fc.nat({ max: 63 })).map(([data, flags]) => {
    data[0] = 0x80 | flags;
    return data;
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(bytes, packet, broken), (data) => ours.send(data)),
    { numRuns: 500 },
  );
  await ours.send(Buffer.alloc(60_000, 0x80));
  await ours.arrived();
  await capture.close();
  expect(recorded.errors).toEqual([]);
  for (const { file } of recorded.of('T')) expect(file).toMatch(/^3\/T\/\d{6}\.webm$/);
});

test('asks the node, from the port that media comes to, for what is missing and for key frames', async () => {
  const recorded = new Recorded();
  const capture = await open(recorded);
  using ours = await node(capture);
  capture.handle('N', ours.transport);
  capture.handle('N', trackInfo('audio'));
  capture.handle('N', { ...trackInfo('video', 2), trackId: 'V' });
  await ours.send(rtp(65_535));
  await ours.send(rtp(2));
  const kinds = () => ours.received.map((data) => `${data[1]}/${data.readUInt32BE(8)}`);
  await expect.poll(kinds).toEqual(expect.arrayContaining(['205/1', '206/2']));
  const nack = ours.received.find((data) => data[1] === 205);
  expect(nack?.readUInt32BE(12), '0 and the one behind it').toBe(0x0000_0001);
  await ours.send(rtp(0));
  await ours.send(rtp(1));
  await expect.poll(() => capture.stats().recovered).toBe(2);
  await capture.close();
  expect(recorded.of('T')).toMatchObject([{ frames: 4, lost: 0 }]);
});

test('no two encrypted packets to nodes have one key stream, though one key seals for all', async () => {
  const ports = { first: FIRST, last: FIRST + 99 };
  const sink = new Recorded();
  const capture = await RecordingCapture.open({ folder, epoch: 3, ip: '127.0.0.1', ports, srtp: true, sink });
  using first = await node(capture);
  using second = await node(capture);
  for (const [index, its] of [first, second].entries()) {
    const keyBase64 = randomBytes(30).toString('base64');
    const srtp = { cryptoSuite: 'AES_CM_128_HMAC_SHA1_80', keyBase64 } as const;
    const [transportId, trackId] = [`X${index}`, `V${index}`];
    capture.handle('N', { ...its.transport, transportId, srtp });
    capture.handle('N', { ...trackInfo('video', index + 1), transportId, trackId });
  }
  await expect.poll(() => [first, second].every(({ received }) => received.length > 0)).toBe(true);
  // RFC 3711 §4.1.1, §3.4: SSRC and index, which is before the tag of 10 bytes.
  const stream = (data: Buffer) =>
    `${data.readUInt32BE(4)}/${data.readUInt32BE(data.length - 14) & 0x7fff_ffff}`;
  const streams = [...first.received, ...second.received].map(stream);
  expect(streams.length).toBe(new Set(streams).size);
  await capture.close();
});

test('a track that ended and comes back writes over nothing', async () => {
  const recorded = new Recorded();
  const capture = await open(recorded);
  using ours = await node(capture);
  capture.handle('N', ours.transport);
  for (const ssrc of [1, 2]) {
    capture.handle('N', trackInfo('audio', ssrc));
    await ours.send(rtp(ssrc, { ssrc }));
    await ours.arrived();
    capture.handle('N', { type: 'track-ended', trackId: 'T' });
    await expect.poll(() => recorded.of('T').length).toBe(ssrc);
  }
  await capture.close();
  expect(recorded.of('T').map(({ file }) => file)).toEqual(['3/T/000000.webm', '3/T/000001.webm']);
});

test('of tracks that a node took with it a gap is told: up to what is published on another, or until their participant leaves', async () => {
  const recorded = new Recorded();
  const capture = await open(recorded);
  using first = await node(capture);
  using second = await node(capture);
  const publish = (nodeId: string, ssrc: number, participantId: string) =>
    capture.handle(nodeId, { ...trackInfo('audio', ssrc), trackId: `T${ssrc}`, participantId });
  capture.handle('N', first.transport);
  for (const ssrc of [1, 2, 3]) {
    publish('N', ssrc, `P${ssrc}`);
    await first.send(rtp(0, { ssrc }));
  }
  await first.arrived();
  capture.nodeGone('N');
  await sleep(200);
  capture.handle('M', second.transport);
  publish('M', 4, 'P1');
  expect(recorded.gaps).toMatchObject([{ trackId: 'T1', reason: 'node' }]);
  capture.participantLeft('P1');
  capture.participantLeft('P2');
  expect(recorded.gaps).toMatchObject([{ trackId: 'T1' }, { trackId: 'T2', reason: 'node' }]);
  await second.send(rtp(0, { ssrc: 4 }));
  await expect.poll(() => capture.stats().packets).toBe(4);
  const { tracks } = capture.stats();
  expect(tracks, 'the lost one that may go on, and the new one').toBe(2);
  await capture.close();
  expect(recorded.gaps.map(({ trackId }) => trackId)).toEqual(['T1', 'T2', 'T3']);
  for (const { from, to } of recorded.gaps) expect(to - from).toBeGreaterThan(190);
  expect(recorded.segments.map(({ trackId }) => trackId).sort()).toEqual(['T1', 'T2', 'T3', 'T4']);
});

test('what cannot be recorded is told of', async () => {
  const recorded = new Recorded();
  const capture = await open(recorded);
  using ours = await node(capture);
  capture.handle('N', trackInfo('audio'));
  capture.handle('N', ours.transport);
  const info = trackInfo('video');
  capture.handle('N', { ...info, rtp: { ...info.rtp, mimeType: 'video/H265' } });
  expect(recorded.skipped).toEqual(['T: its transport is not known', 'T: video/H265 is not recorded']);
  await capture.close();
});

test('tells what to do when no port is free', async () => {
  const one = { first: FIRST + 50, last: FIRST + 50 };
  const capture = await open(new Recorded(), one);
  await expect(open(new Recorded(), one)).rejects.toMatchObject({
    code: 'recording_unavailable',
    message: expect.stringContaining('PARLEY_CAPTURE_PORTS'),
  });
  await capture.close();
  await capture.close();
});
