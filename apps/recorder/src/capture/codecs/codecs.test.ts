import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { av1Payloads, ivfFrames } from '../testing/av1-sender.ts';
import { ffmpeg } from '../testing/ffmpeg.ts';
import { av1 } from './av1.ts';
import { depacketizerOf } from './codec.ts';
import { H264 } from './h264.ts';
import { Opus } from './opus.ts';
import { vp8 } from './vp8.ts';
import { vp9 } from './vp9.ts';

const VP8_KEY = Buffer.from('d000009d012a40016801', 'hex');

test('VP8: descriptors of any length, key frames with their size', () => {
  for (const descriptor of ['10', '90801f', '9080801f', '90c01f02', '90f01f0203', '902003', '901003']) {
    const first = Buffer.concat([Buffer.from(descriptor, 'hex'), VP8_KEY]);
    const frame = vp8.frame([first, Buffer.from('00aabb', 'hex')]);
    expect(frame?.data, descriptor).toEqual(Buffer.concat([VP8_KEY, Buffer.from('aabb', 'hex')]));
    expect(frame?.format).toMatchObject({ width: 320, height: 360 });
  }
  expect(vp8.begins(Buffer.from('00', 'hex'))).toBe(false);
  expect(vp8.begins(Buffer.from('11', 'hex')), 'a later partition').toBe(false);
});

test('VP9: layers of a picture are one superframe with an index, of the largest size', () => {
  // Key frame of profile 0, 320x180: 10 0 0 0 | 0 1 0, sync code, colour, size − 1.
  const header = Buffer.from('82498342' + '0' + '013f00b3' + '0' + '00', 'hex');
  // I L B E V, picture 1, layer 0; then I L B E, layer 1, predicted from below.
  const structure = Buffer.from('30' + '014000b4' + '02800168', 'hex');
  const base = Buffer.concat([Buffer.from('ae0100' + '00', 'hex'), structure, header]);
  const upper = Buffer.concat([Buffer.from('ac010300', 'hex'), Buffer.from('8600ff', 'hex')]);
  const frame = vp9.frame([base, upper]);
  expect(frame?.format).toMatchObject({ width: 640, height: 360, codecString: 'vp09.00.21.08' });
  const data = Buffer.from(frame?.data ?? []);
  expect(data.at(-1)).toBe(0xd9);
  expect(data.readUInt32LE(data.length - 9)).toBe(header.length);
  expect(data.readUInt32LE(data.length - 5)).toBe(3);
  expect(vp9.frame([base])?.format).toMatchObject({ width: 320, height: 180 });
  expect(vp9.begins(upper)).toBe(false);
});

test('H264: aggregated, fragmented and single units, parameter sets kept beside', () => {
  const sps = Buffer.from('6742c01fda014016e840000003004000000c03c60ca8', 'hex');
  const pps = Buffer.from('68ce3c80', 'hex');
  const length = (unit: Buffer) => Buffer.from([unit.length >> 8, unit.length & 255]);
  const stap = Buffer.concat([Buffer.from([0x78]), length(sps), sps, length(pps), pps]);
  const fragments = ['7c85aabb', '7c05cc', '7c45dd'].map((hex) => Buffer.from(hex, 'hex'));
  const h264 = new H264();
  expect(h264.frame(fragments), 'a key frame without parameter sets').toBeUndefined();
  const frame = h264.frame([stap, ...fragments]);
  expect(Buffer.from(frame?.data ?? []).toString('hex')).toBe('0000000565aabbccdd');
  expect(frame?.format).toMatchObject({ codecString: 'avc1.42c01f', width: 1280, height: 720 });
  expect(h264.frame([Buffer.from('41ff', 'hex')])).toEqual({ data: Buffer.from('0000000241ff', 'hex') });
  expect(h264.frame(fragments.slice(1)), 'without its beginning').toBeUndefined();
  expect(h264.frame(fragments.slice(0, 2)), 'without its end').toBeUndefined();
  const told = new H264(`${sps.toString('base64')},${pps.toString('base64')}`);
  expect(told.frame(fragments)?.format?.width, 'parameter sets of SDP').toBe(1280);
});

test('AV1: what is split and put together again is what the encoder made, but for delimiters', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-av1-'));
  const file = path.join(folder, 'a.ivf');
  await ffmpeg('ffmpeg', [
    ...['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=640x360:rate=10', '-frames:v', '5'],
    ...['-pix_fmt', 'yuv420p', '-c:v', 'libaom-av1', '-usage', 'realtime', '-cpu-used', '8', file],
  ]);
  const units = ivfFrames(await readFile(file));
  await rm(folder, { recursive: true });
  expect(units.length).toBe(5);
  for (const [index, unit] of units.entries()) {
    const frame = av1.frame(av1Payloads(unit, index === 0));
    // The delimiter is an OBU of two bytes at the front.
    expect(Buffer.from(frame?.data ?? []).equals(unit.subarray(2)), `unit ${index}`).toBe(true);
    if (index === 0) expect(frame?.format).toMatchObject({ width: 640, height: 360, codec: 'av1' });
  }
});

test('AV1: four OBUs in a packet, with a count and without', () => {
  // Frame headers of one byte each.
  const counted = Buffer.from('30' + '0218aa' + '0218bb' + '18cc', 'hex');
  const lengths = Buffer.from('00' + '0218aa' + '0218bb' + '0218cc' + '0218dd', 'hex');
  expect(Buffer.from(av1.frame([counted])?.data ?? []).toString('hex')).toBe('1a01aa1a01bb1a01cc');
  expect(Buffer.from(av1.frame([lengths])?.data ?? []).toString('hex')).toBe('1a01aa1a01bb1a01cc1a01dd');
});

test('Opus: a packet is a frame, as long as it sounds', () => {
  const opus = new Opus(2);
  expect(opus.frame([Buffer.from([0xfc])])).toMatchObject({ duration: 960 });
  expect(opus.frame([Buffer.from([0xfb, 0x3f])]), 'more than 120 ms').toBeUndefined();
  expect(opus.frame([])).toBeUndefined();
});

test('no payload makes any of them throw', () => {
  const rtp = (mimeType: string) => ({
    mimeType,
    ssrc: 1,
    payloadType: 100,
    clockRate: 90_000,
    parameters: {},
  });
  const types = ['video/VP8', 'video/VP9', 'video/AV1', 'video/H264', 'audio/opus'];
  const readers = types.map((type) => depacketizerOf(rtp(type)));
  expect(depacketizerOf(rtp('video/H265'))).toBeUndefined();
  const payload = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 5 }), (payloads) => {
      for (const reader of readers) {
        reader?.frame(payloads);
        for (const one of payloads) reader?.begins(one);
      }
    }),
    { numRuns: 2000 },
  );
});
